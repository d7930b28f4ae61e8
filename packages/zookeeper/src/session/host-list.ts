import { lookup } from 'node:dns/promises'
import type { Endpoint } from '../connection/connection.ts'
import type { HostSpec } from './connect-string.ts'

/** Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Asks the operating system, and thereby /etc/hosts and DNS. */
export const resolveWithSystem: Resolve = async (host) => {
  const addresses = await lookup(host, { all: true })
  return addresses.map(({ address }) => address)
}

/**
 * The servers to try, round after round. At each round's beginning all names are resolved anew (servers move) and
 * the addresses shuffled (clients spread). A name that does not resolve is left out of its round.
 */
export class HostList {
  readonly #hosts: readonly HostSpec[]
  readonly #resolve: Resolve
  readonly #random: () => number
  #round: Endpoint[] = []
  #roundSize = 1

  constructor(hosts: readonly HostSpec[], resolve: Resolve, random: () => number) {
    this.#hosts = hosts
    this.#resolve = resolve
    this.#random = random
  }

  /** Whether the next server begins a new round. */
  get isRoundOver(): boolean {
    return this.#round.length === 0
  }

  /** How many addresses the current round has or had; at least 1. */
  get roundSize(): number {
    return this.#roundSize
  }

  /** The next server; undefined when not one name resolves. */
  async next(): Promise<Endpoint | undefined> {
    if (this.#round.length === 0) await this.#beginRound()
    return this.#round.pop()
  }

  async #beginRound(): Promise<void> {
    const lists = await Promise.all(this.#hosts.map((host) => this.#endpointsOf(host)))
    this.#round = shuffled(lists.flat(), this.#random)
    this.#roundSize = Math.max(1, this.#round.length)
  }

  async #endpointsOf({ host, port }: HostSpec): Promise<Endpoint[]> {
    try {
      const addresses = await this.#resolve(host)
      return addresses.map((address) => ({ host: address, port }))
    } catch {
      return []
    }
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }))
  keyed.sort((a, b) => a.key - b.key)
  return keyed.map(({ item }) => item)
}
