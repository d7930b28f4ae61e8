import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { registerService } from '@zoogate/balancer'

/**
 * A sample instance of `kind: Demo`: a real program that registers itself, answers every request
 * with its name, and drains on SIGTERM. Kill it and see what the load balancers do.
 */
const { values } = parseArgs({
  options: {
    service: { type: 'string' },
    id: { type: 'string' },
    zookeeper: { type: 'string' },
    root: { type: 'string' },
    'drain-ms': { type: 'string' },
  },
})
const { service, id, zookeeper, root } = values
if (service === undefined || id === undefined || zookeeper === undefined || root === undefined) {
  throw new Error('usage: demo-instance --service S --id I --zookeeper HOSTS --root PATH')
}

const server = createServer((request, response) => {
  const healthy = request.url === '/healthz'
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(healthy ? 'ok\n' : `${id}\n`)
})
// Load balancers keep idle connections longer than Node's default of 5 s.
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1')
await new Promise((resolve, reject) => {
  server.once('listening', resolve)
  server.once('error', reject)
})
await registerService(server, {
  service,
  id,
  zookeeper,
  root,
  drainMs: Number(values['drain-ms'] ?? '1000'),
  handleSignals: true,
})
