import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock } from '../connection/clock.ts'
import type { Endpoint } from '../connection/connection.ts'
import type { HostSpec } from './connect-string.ts'

/** Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Asks the operating system, and thereby /etc/hosts and DNS. */
export const resolveWithSystem: Resolve = async (host) => {
  const addresses = await lookup(host, { all: true })
  return addresses.map(({ address }) => address)
}

/** What a host list is made of. */
export interface HostListOptions {
  readonly hosts: readonly HostSpec[]
  readonly resolve: Resolve
  /** A name that takes longer counts as one that does not resolve, in this round. */
  readonly resolveTimeoutMs: number
  readonly clock: Clock
  readonly random: () => number
}

/**
 * The servers to try, round after round. At each round's beginning all names are resolved anew (servers move) and
 * the addresses shuffled (clients spread). A name that does not resolve keeps the addresses that it had last; without any it
 * is left out of the round.
 */
export class HostList {
  readonly #options: HostListOptions
  #hosts: readonly HostSpec[]
  readonly #lastAddresses = new Map<string, readonly string[]>()
  #round: Endpoint[] = []
  #roundSize = 1
  #last: Endpoint | undefined
  #first: readonly HostSpec[] = []

  constructor(options: HostListOptions) {
    this.#options = options
    this.#hosts = options.hosts
  }

  get hosts(): readonly HostSpec[] {
    return this.#hosts
  }

  /** Whether the next server begins a new round. */
  get isRoundOver(): boolean {
    return this.#round.length === 0
  }

  /** How many addresses the current round has or had; at least 1. */
  get roundSize(): number {
    return this.#roundSize
  }

  /** Ends the round, since its addresses may be old by now. The server that was used last comes last in the next one. */
  startOver(last: Endpoint): void {
    this.#round = []
    this.#last = last
  }

  /** Ends the round. The next one begins with these servers, by name or by address. */
  prefer(first: readonly HostSpec[]): void {
    this.#round = []
    this.#first = first
  }

  /** Ends the round; from now on there are other servers. */
  update(hosts: readonly HostSpec[]): void {
    this.#hosts = hosts
    this.#round = []
    for (const host of this.#lastAddresses.keys()) {
      if (!hosts.some((one) => one.host === host)) this.#lastAddresses.delete(host)
    }
  }

  /** All servers, resolved anew and shuffled; the round goes on as if nobody had asked. */
  async all(): Promise<Endpoint[]> {
    const hosts = this.#hosts
    const lists = await Promise.all(hosts.map((host) => this.#endpointsOf(host)))
    return hosts === this.#hosts ? shuffled(lists.flat(), this.#options.random) : this.all()
  }

  /** The next server; undefined when not one name resolves. */
  async next(): Promise<Endpoint | undefined> {
    if (this.#round.length === 0) await this.#beginRound()
    return this.#round.pop()
  }

  async #beginRound(): Promise<void> {
    const all = await this.all()
    const rank = (endpoint: Endpoint) => {
      if (this.#first.some((server) => isNamed(endpoint, server))) return 1
      return this.#last !== undefined && isNamed(endpoint, this.#last) ? -1 : 0
    }
    // `next` takes from the end. The sort is stable: the others stay shuffled.
    this.#round = all.sort((a, b) => rank(a) - rank(b))
    this.#roundSize = Math.max(1, all.length)
    this.#first = []
    this.#last = undefined
  }

  async #endpointsOf({ host, port }: HostSpec): Promise<Endpoint[]> {
    if (isIP(host) !== 0) return [{ host, port }]
    const addresses = await this.#addressesOf(host)
    return addresses.map((address) => ({ host: address, port, serverName: host }))
  }

  async #addressesOf(host: string): Promise<readonly string[]> {
    const { resolve, resolveTimeoutMs, clock } = this.#options
    const last = this.#lastAddresses.get(host) ?? []
    let giveUp: (addresses: readonly string[]) => void = () => {}
    const tooLate = new Promise<readonly string[]>((give) => {
      giveUp = give
    })
    const timer = clock.setTimer(() => giveUp(last), resolveTimeoutMs)
    try {
      const addresses = await Promise.race([resolve(host), tooLate])
      if (addresses.length === 0) return last
      this.#lastAddresses.set(host, addresses)
      return addresses
    } catch {
      return last
    } finally {
      timer.cancel()
    }
  }
}

function isNamed(endpoint: Endpoint, { host, port }: HostSpec): boolean {
  return endpoint.port === port && (endpoint.host === host || endpoint.serverName === host)
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }))
  keyed.sort((a, b) => a.key - b.key)
  return keyed.map(({ item }) => item)
}
