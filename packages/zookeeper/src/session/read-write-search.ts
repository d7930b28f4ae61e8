import type { Clock } from '../connection/clock.ts'
import type { Endpoint } from '../connection/connection.ts'
import type { ServerMode } from '../connection/server-mode.ts'
import { backOffMs } from './back-off.ts'
import { sleep } from './sleep.ts'

/**
 * The pause before each round of questions. ClientCnxn begins with 100 ms too, and goes up to a minute for one server at a time;
 * a round here asks all of them.
 */
const PAUSE = { minMs: 100, maxMs: 10_000 } as const

/** What the search for a server with a quorum is made of. */
export interface ReadWriteSearchOptions {
  /** All servers, resolved anew. */
  readonly servers: () => Promise<readonly Endpoint[]>
  readonly modeOf: (server: Endpoint) => Promise<ServerMode | undefined>
  readonly clock: Clock
  readonly random: () => number
}

/** Asks one server after the other until one has a quorum, and gives that one; undefined once the signal is aborted. */
export async function findReadWriteServer(
  options: ReadWriteSearchOptions,
  signal: AbortSignal,
): Promise<Endpoint | undefined> {
  const { servers, modeOf, clock, random } = options
  for (let round = 0; !signal.aborted; round++) {
    await sleep(backOffMs(round, PAUSE, random), clock, signal)
    for (const server of signal.aborted ? [] : await servers()) {
      if ((await modeOf(server)) === 'rw') return server
      if (signal.aborted) return undefined
    }
  }
  return undefined
}
