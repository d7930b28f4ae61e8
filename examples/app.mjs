// A program that registers itself. Run it beside `npm start`, from the same folder:
//
//   node examples/app.mjs            more of them: each takes a share of Service shop's requests
//   PORT=3000 node examples/app.mjs  on a port of your choice
//
// Ctrl-C, or SIGTERM: it drains first, so that no request is lost.
import { createServer } from 'node:http'
import { registerService } from '@zoogate/balancer'

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(request.url === '/healthz' ? 'ok\n' : `app ${process.pid}\n`)
})
// Load balancers keep idle connections longer than Node's default of 5 s.
server.keepAliveTimeout = 120_000
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1')

// ZooKeeper is found by ZOOGATE_ZOOKEEPER, or by the .zoogate/run.json of the `zoogate dev` here.
const registered = await registerService(server, {
  service: process.env.SERVICE ?? 'shop',
  handleSignals: true,
})
console.log(`${registered.id} serves on ${registered.address}:${registered.port}`)
