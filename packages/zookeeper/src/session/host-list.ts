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
  readonly #lastAddresses = new Map<string, readonly string[]>()
  #round: Endpoint[] = []
  #roundSize = 1
  #last: Endpoint | undefined
  #first: Endpoint | undefined

  constructor(options: HostListOptions) {
    this.#options = options
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

  /** Makes the server the first one of the next round. */
  prefer(first: Endpoint): void {
    this.#round = []
    this.#first = first
  }

  /** All servers, resolved anew and shuffled; the round goes on as if nobody had asked. */
  async all(): Promise<Endpoint[]> {
    const { hosts, random } = this.#options
    const lists = await Promise.all(hosts.map((host) => this.#endpointsOf(host)))
    return shuffled(lists.flat(), random)
  }

  /** The next server; undefined when not one name resolves. */
  async next(): Promise<Endpoint | undefined> {
    if (this.#round.length === 0) await this.#beginRound()
    return this.#round.pop()
  }

  async #beginRound(): Promise<void> {
    const all = await this.all()
    const rank = (endpoint: Endpoint) => {
      if (isSame(endpoint, this.#first)) return 1
      return isSame(endpoint, this.#last) ? -1 : 0
    }
    // `next` takes from the end. The sort is stable: the others stay shuffled.
    this.#round = all.sort((a, b) => rank(a) - rank(b))
    this.#roundSize = Math.max(1, all.length)
    this.#first = undefined
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

/** Whether both are the same address. */
export function isSame(one: Endpoint, other: Endpoint | undefined): boolean {
  return one.host === other?.host && one.port === other.port
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }))
  keyed.sort((a, b) => a.key - b.key)
  return keyed.map(({ item }) => item)
}
