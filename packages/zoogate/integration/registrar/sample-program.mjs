// A program as a sidecar's user might have: serves on PORT, and does what the test asks it to.
import { createServer } from 'node:http'

let isHealthy = true
createServer((request, response) => {
  if (request.url === '/fail') isHealthy = false
  if (request.url === '/heal') isHealthy = true
  if (request.url === '/exit') process.exit(7)
  const isCheck = request.url === '/healthz'
  response.writeHead(isCheck && !isHealthy ? 503 : 200, { connection: 'close' })
  response.end(`${process.pid}`)
}).listen(Number(process.env['PORT']), '127.0.0.1')
