import { connect } from 'node:net'

/** What 10,000 servers print is 2 MB; more than this is not HAProxy. */
const RESPONSE_BYTES_MAX = 64 * 1024 * 1024
const TIMEOUT_MS = 5_000

export interface CommandOptions {
  /** Until the whole response is there. Default 5 000. */
  readonly timeoutMs?: number
}

/**
 * Runs commands on one of HAProxy's sockets, over one connection, in their order, and resolves with
 * all that it printed. HAProxy goes on to the next command when one fails: success is told by
 * reading the state.
 * @throws Error `ECONNREFUSED`, `ENOENT` and so on; a timeout; a response above 64 MiB
 */
export function runCommands(
  socketPath: string,
  commands: readonly string[],
  { timeoutMs = TIMEOUT_MS }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const socket = connect({ path: socketPath })
    const timer = setTimeout(
      () => socket.destroy(new Error(`HAProxy did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    // The master would wait for more commands on a connection that is not half closed.
    socket.on('connect', () => socket.end(`${commands.join(';')}\n`))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > RESPONSE_BYTES_MAX) socket.destroy(new Error('HAProxy printed above 64 MiB'))
    })
    // It closes the connection after the last response.
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      reject(new Error('HAProxy closed the connection before it answered'))
    })
  })
}
