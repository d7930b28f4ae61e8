// A program that knows nothing of zoogate; the sidecar registers it, checks it, and drains it:
//
//   npx zoogate register --service shop --port 3000 --health http:/healthz -- node examples/plain-app.mjs
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(request.url === '/healthz' ? 'ok\n' : `plain app ${process.pid}\n`)
})
server.keepAliveTimeout = 120_000
// The sidecar says by PORT where it expects the program.
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
process.on('SIGTERM', () => server.close())
