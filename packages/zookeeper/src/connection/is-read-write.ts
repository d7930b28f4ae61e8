import type { Clock } from './clock.ts'
import type { Endpoint } from './connection.ts'
import type { TlsSource } from './tls-options.ts'
import { openTcp, openTls } from './transport.ts'

/** How to ask. */
export interface IsReadWriteOptions {
  /** Undefined: plain TCP. */
  readonly tls: TlsSource | undefined
  /** A server that takes longer counts as one without a quorum. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** Aborting it ends the question, with false. */
  readonly signal: AbortSignal
}

/**
 * Asks a server by the four-letter word `isro` whether it has a quorum: it says `rw` then, else `ro` or `null`. Never rejects:
 * who does not say `rw` in time has none (ClientCnxn.pingRwServer).
 */
export async function isReadWrite(
  endpoint: Endpoint,
  { tls, timeoutMs, clock, signal }: IsReadWriteOptions,
): Promise<boolean> {
  if (signal.aborted) return false
  const stop = new AbortController()
  const abort = () => stop.abort()
  signal.addEventListener('abort', abort, { once: true })
  const timer = clock.setTimer(abort, timeoutMs)
  try {
    return await ask(endpoint, tls, stop.signal)
  } catch {
    // No TLS options, or ones that cannot be used.
    return false
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', abort)
  }
}

async function ask(
  endpoint: Endpoint,
  tls: TlsSource | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const options = await tls?.()
  if (signal.aborted) return false
  const { socket, readyEvent } =
    options === undefined ? openTcp(endpoint) : openTls(endpoint, options)
  let answer = ''
  return new Promise((resolve) => {
    const abort = () => socket.destroy()
    signal.addEventListener('abort', abort, { once: true })
    socket.setEncoding('latin1')
    socket.on(readyEvent, () => socket.write('isro'))
    socket.on('data', (text: string) => {
      answer += text
      // Two letters tell; whatever a server that is none may pour out is not waited for.
      if (answer.length >= 2) socket.destroy()
    })
    // What it is does not matter: `close` comes next.
    socket.on('error', () => {})
    socket.on('close', () => {
      signal.removeEventListener('abort', abort)
      resolve(answer.startsWith('rw'))
    })
  })
}
