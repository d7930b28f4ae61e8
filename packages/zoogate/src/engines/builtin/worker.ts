import { ReverseProxy } from '@zoogate/proxy'
import { InheritedProgram } from '../inherit/inherited-program.ts'
import { BuiltinWorker } from './builtin-worker.ts'

/** Less than the supervisor's patience, so that the worker ends by itself. */
const STOP_GRACE_MS = 12_000

/** The program of the builtin engine: started by its supervisor, which speaks with it over IPC. */
const proxy = new ReverseProxy()
const worker = new BuiltinWorker(proxy)
const inherited = new InheritedProgram({
  call: (method, params, sockets) => worker.call(method, params, sockets),
  orphaned: () => void stop('the folder of the node is gone'),
})

let stopping = false
async function stop(why: string): Promise<void> {
  if (stopping) return
  stopping = true
  inherited.leave()
  process.stderr.write(`${new Date().toISOString()} worker ${process.pid} stops: ${why}\n`)
  await proxy.close({ graceMs: STOP_GRACE_MS })
  process.exit(0)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
// The worker outlives terminals.
process.on('SIGHUP', () => {})
inherited.begin()
