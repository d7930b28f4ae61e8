import type { Clock } from '../connection/clock.ts'
import type { Endpoint } from '../connection/connection.ts'
import { type ServerMode, serverMode } from '../connection/server-mode.ts'
import type { TlsSource } from '../connection/tls-options.ts'
import { backOffMs } from './back-off.ts'
import type { ServerSearch } from './server-search.ts'
import { sleep } from './sleep.ts'

/**
 * The pause before each round of questions. ClientCnxn begins with 100 ms too, and goes up to a minute for one server at a time;
 * a round here asks all of them.
 */
const PAUSE = { minMs: 100, maxMs: 10_000 } as const
/** How long a server may take to say whether it has a quorum (ClientCnxn.pingRwServer). */
const ANSWER_TIMEOUT_MS = 1_000

/** What decides the dealings with servers without a quorum. */
export interface ReadOnlyServersOptions {
  readonly canBeReadOnly: boolean
  readonly search: ServerSearch
  readonly tls: TlsSource | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** Tells servers with a quorum from those that lost it, and serve reads only. */
export class ReadOnlyServers {
  readonly #options: ReadOnlyServersOptions

  constructor(options: ReadOnlyServersOptions) {
    this.#options = options
  }

  /**
   * Whether a server lets us read, but not under the session that we have. Asked only when no server was found otherwise: those with
   * a quorum come first.
   */
  async mustBeGuest(server: Endpoint): Promise<boolean> {
    const { canBeReadOnly, search } = this.#options
    if (!canBeReadOnly || !search.hasTriedAll) return false
    return (await this.#modeOf(server, search.stopped)) === 'ro'
  }

  /** Asks one server after the other until one has a quorum, and gives that one; undefined once the signal is aborted. */
  async findReadWrite(signal: AbortSignal): Promise<Endpoint | undefined> {
    const { search, clock, random } = this.#options
    for (let round = 0; !signal.aborted; round++) {
      await sleep(backOffMs(round, PAUSE, random), clock, signal)
      for (const server of signal.aborted ? [] : await search.servers()) {
        if ((await this.#modeOf(server, signal)) === 'rw') return server
        if (signal.aborted) return undefined
      }
    }
    return undefined
  }

  #modeOf(server: Endpoint, signal: AbortSignal): Promise<ServerMode | undefined> {
    const { tls, clock } = this.#options
    return serverMode(server, { tls, clock, signal, timeoutMs: ANSWER_TIMEOUT_MS })
  }
}
