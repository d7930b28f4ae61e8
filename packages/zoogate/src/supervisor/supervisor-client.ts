import { connect } from 'node:net'
import { type ControlMethod, LineReader, parseAnswer } from './control-protocol.ts'
import { isSupervisorErrorCode, SupervisorError } from './supervisor-error.ts'

/** A reload and a graceful stop take their time; whoever asks knows better. */
const TIMEOUT_MS = 60_000

/**
 * Asks a supervisor once, on a connection of its own: unix sockets are cheap, and nothing is left to
 * tidy up when either side dies.
 * @throws SupervisorError `SUPERVISOR_UNREACHABLE` when nobody answers, `SUPERVISOR_TIMEOUT`, or the
 * supervisor's own
 */
export function askSupervisor(
  socketPath: string,
  method: ControlMethod,
  params: unknown,
  options: { readonly timeoutMs?: number } = {},
): Promise<unknown> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    const lines = new LineReader()
    const fail = (error: SupervisorError) => {
      socket.destroy()
      reject(error)
    }
    const unreachable = (why: string) =>
      fail(new SupervisorError('SUPERVISOR_UNREACHABLE', `${socketPath}: ${why}`))
    const timer = setTimeout(() => {
      fail(new SupervisorError('SUPERVISOR_TIMEOUT', `no answer to ${method} in ${timeoutMs} ms`))
    }, timeoutMs)
    socket.on('error', (error) => unreachable(error.message))
    socket.on('close', () => {
      clearTimeout(timer)
      unreachable('the connection was closed')
    })
    socket.on('connect', () => socket.write(`${JSON.stringify({ id: 1, method, params })}\n`))
    socket.on('data', (chunk) => {
      const [line] = lines.push(chunk) ?? ['']
      if (line === undefined) return
      const answer = parseAnswer(line)
      if (answer === undefined) unreachable('what answers is no supervisor')
      else if ('error' in answer) {
        const { code, message } = answer.error
        const known = isSupervisorErrorCode(code) ? code : 'SUPERVISOR_ENGINE_FAILED'
        fail(new SupervisorError(known, message))
      } else {
        resolve(answer.result)
        socket.destroy()
      }
    })
  })
}
