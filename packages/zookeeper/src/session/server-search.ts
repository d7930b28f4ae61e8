import type { Clock } from '../connection/clock.ts'
import type { Endpoint } from '../connection/connection.ts'
import { TlsError } from '../errors/tls-error.ts'
import { type BackOffOptions, backOffMs } from './back-off.ts'
import type { HostSpec } from './connect-string.ts'
import { HostList, type Resolve } from './host-list.ts'
import { sleep } from './sleep.ts'

/** The first reconnect comes within this time, at random, so that the clients of a server that died do not come at once. */
const FIRST_RECONNECT_MS = 50
/** The part of the session timeout that connecting may take at most. */
const LONGEST_CONNECT_SHARE = 2 / 3

/** What a search is made of. */
export interface ServerSearchOptions {
  readonly hosts: readonly HostSpec[]
  readonly resolve: Resolve
  /** A name that takes longer counts as one that does not resolve, in this round. */
  readonly resolveTimeoutMs: number
  readonly reconnect: BackOffOptions
  readonly clock: Clock
  readonly random: () => number
}

/** Which server to try next, and when: as soon as it is kind to the servers, whose clients may all be looking at once. */
export class ServerSearch {
  readonly #options: ServerSearchOptions
  readonly #hosts: HostList
  readonly #stopped = new AbortController()
  /** Aborted to end the pause that the search is in. */
  #pausing = new AbortController()
  #isFirst = true
  #failedRounds = 0
  /** Whether a server of this round failed in a way that may mend by itself. */
  #hasHope = false

  constructor(options: ServerSearchOptions) {
    this.#options = options
    this.#hosts = new HostList(options)
  }

  /** The next server, after a pause where one is due; undefined when no name resolves, or the search was stopped. */
  async next(): Promise<Endpoint | undefined> {
    await this.#pause()
    if (this.#stopped.signal.aborted) return undefined
    const endpoint = await this.#hosts.next()
    if (endpoint === undefined) this.#failedRounds++
    return endpoint
  }

  /** How long connecting may take: a round over all servers fits into the session's life; more with each round that found none. */
  connectTimeoutMs(sessionTimeoutMs: number): number {
    const patience = 2 ** Math.min(this.#failedRounds, 30)
    const share = (patience * LONGEST_CONNECT_SHARE) / this.#hosts.roundSize
    return Math.ceil(sessionTimeoutMs * Math.min(LONGEST_CONNECT_SHARE, share))
  }

  /**
   * The server that was given last will not do, for a reason where there is one. Says whether that ended a round in which every server
   * failed in a way that trying again does not mend.
   */
  failed(reason?: Error): boolean {
    if (!(reason instanceof TlsError) || reason.retryable) this.#hasHope = true
    if (!this.#hosts.isRoundOver) return false
    this.#failedRounds++
    const isHopeless = !this.#hasHope
    this.#hasHope = false
    return isHopeless
  }

  /** The server did well until now: the search begins anew, with that server as its last resort. */
  served(endpoint: Endpoint): void {
    this.#failedRounds = 0
    this.#hasHope = false
    this.#hosts.startOver(endpoint)
  }

  /** All servers, resolved anew. */
  servers(): Promise<Endpoint[]> {
    return this.#hosts.all()
  }

  /** Makes these servers the next ones to try, without a long pause before. */
  prefer(servers: readonly HostSpec[]): void {
    this.#failedRounds = 0
    this.#hosts.prefer(servers)
  }

  get hosts(): readonly HostSpec[] {
    return this.#hosts.hosts
  }

  /** Looks among other servers from now on, and does not finish a pause that others were the reason for. */
  update(hosts: readonly HostSpec[]): void {
    this.#failedRounds = 0
    this.#hosts.update(hosts)
    this.#pausing.abort()
  }

  /** Aborted by `stop`. */
  get stopped(): AbortSignal {
    return this.#stopped.signal
  }

  /** Whether all servers were tried since the last that did well. */
  get hasTriedAll(): boolean {
    return this.#failedRounds > 0
  }

  /** There is nothing to be sorry for any more: the next server may be asked soon. */
  forgetFailures(): void {
    this.#failedRounds = 0
  }

  /** Ends the search, and a pause that it is in. */
  stop(): void {
    this.#stopped.abort()
    this.#pausing.abort()
  }

  /** Waits where it would be rude not to: before a round after one that failed, and a little before any reconnect. */
  async #pause(): Promise<void> {
    const { random, reconnect } = this.#options
    if (this.#isFirst) this.#isFirst = false
    else if (this.#failedRounds === 0) await this.#sleep(FIRST_RECONNECT_MS * random())
    else if (this.#hosts.isRoundOver) {
      await this.#sleep(backOffMs(this.#failedRounds - 1, reconnect, random))
    }
  }

  #sleep(delayMs: number): Promise<void> {
    this.#pausing = new AbortController()
    return sleep(delayMs, this.#options.clock, this.#pausing.signal)
  }
}
