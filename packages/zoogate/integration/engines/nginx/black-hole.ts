import { connect, type Socket } from 'node:net'
import { freePort } from '../../../../../test/support/free-port.ts'
import { startProgram } from '../../../../../test/support/program.ts'

/** More than any backlog that is asked for here. */
const CONNECTIONS_MAX = 64

/**
 * A port that lets a connection attempt wait for ever, as a host that is gone does: its process is
 * stopped, and its queue of connections is full.
 */
export async function startBlackHole(): Promise<{ readonly port: number } & AsyncDisposable> {
  const port = await freePort()
  const script = `require('node:net').createServer()
    .listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => console.log('listening'))`
  const program = await startProgram(process.execPath, ['-e', script], { ready: /listening/ })
  program.kill('SIGSTOP')
  const queued: Socket[] = []
  let full = false
  while (!full && queued.length < CONNECTIONS_MAX) {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => {})
    queued.push(socket)
    full = !(await connectsWithin(socket, 200))
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy()
      program.kill('SIGCONT')
      await program.stop()
    },
  }
}

function connectsWithin(socket: Socket, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
