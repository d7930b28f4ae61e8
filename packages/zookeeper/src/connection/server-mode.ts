import type { Clock } from './clock.ts'
import type { Endpoint } from './connection.ts'
import type { TlsSource } from './tls-options.ts'
import { openTcp, openTls } from './transport.ts'

/** Whether a server has a quorum (`rw`) or has lost it and serves reads only (`ro`). */
export type ServerMode = 'rw' | 'ro'

/** How to ask. */
export interface ServerModeOptions {
  /** Undefined: plain TCP. */
  readonly tls: TlsSource | undefined
  /** How long the answer may take. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** Aborting it ends the question without an answer. */
  readonly signal: AbortSignal
}

/**
 * Asks a server for its mode by the four-letter word `isro`, as ClientCnxn.pingRwServer does. Never rejects: undefined for one that serves
 * nobody, does not answer in time, or does not know or allow the word.
 */
export async function serverMode(
  endpoint: Endpoint,
  { tls, timeoutMs, clock, signal }: ServerModeOptions,
): Promise<ServerMode | undefined> {
  if (signal.aborted) return undefined
  const stop = new AbortController()
  let giveUp = () => {}
  const late = new Promise<undefined>((resolve) => {
    giveUp = () => {
      stop.abort()
      resolve(undefined)
    }
  })
  signal.addEventListener('abort', giveUp, { once: true })
  const timer = clock.setTimer(giveUp, timeoutMs)
  try {
    return await Promise.race([ask(endpoint, tls, stop.signal), late])
  } catch {
    // No TLS options, or ones that cannot be used.
    return undefined
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', giveUp)
  }
}

async function ask(
  endpoint: Endpoint,
  tls: TlsSource | undefined,
  signal: AbortSignal,
): Promise<ServerMode | undefined> {
  const options = await tls?.()
  if (signal.aborted) return undefined
  let answer = ''
  const take = (chunk: Buffer) => {
    answer += chunk.toString('latin1')
    // Two letters tell; whatever a server that is none may pour out is not waited for.
    if (answer.length >= 2) socket.destroy()
  }
  const { socket, readyEvent } =
    options === undefined ? openTcp(endpoint, take) : openTls(endpoint, options, take)
  return new Promise((resolve) => {
    const abort = () => socket.destroy()
    signal.addEventListener('abort', abort, { once: true })
    socket.on(readyEvent, () => socket.write('isro'))
    // Which error it is does not matter: `close` comes next.
    socket.on('error', () => {})
    socket.on('close', () => {
      signal.removeEventListener('abort', abort)
      resolve(modeOf(answer.slice(0, 2)))
    })
  })
}

function modeOf(answer: string): ServerMode | undefined {
  return answer === 'rw' || answer === 'ro' ? answer : undefined
}
