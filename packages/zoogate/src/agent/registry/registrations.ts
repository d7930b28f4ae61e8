import { parseRegistration, type Registration } from '@zoogate/balancer'
import type { AddressRules } from '../address-rules.ts'

/** At most so many instances of one service are taken; those that come later are refused. */
export const INSTANCES_MAX = 10_000

export interface Refusal {
  readonly path: string
  readonly reason: string
}

/**
 * The registrations at one discovery path, each judged when it changes and not before (F5). What is
 * not a registration, or points where this host does not go, is refused with the reason.
 */
export class Registrations {
  readonly #path: string
  readonly #addresses: AddressRules
  readonly #valid = new Map<string, Registration>()
  readonly #invalid = new Map<string, string>()

  constructor(path: string, addresses: AddressRules) {
    this.#path = path
    this.#addresses = addresses
  }

  get valid(): ReadonlyMap<string, Registration> {
    return this.#valid
  }

  /** By the znode's name, which need not be an instance's id. */
  get invalid(): ReadonlyMap<string, string> {
    return this.#invalid
  }

  get refusals(): readonly Refusal[] {
    return [...this.#invalid].map(([name, reason]) => ({ path: `${this.#path}/${name}`, reason }))
  }

  set(name: string, data: Buffer | null): void {
    const judged = this.#judge(name, data)
    if (typeof judged === 'string') {
      this.#valid.delete(name)
      this.#invalid.set(name, judged)
    } else {
      this.#invalid.delete(name)
      this.#valid.set(name, judged)
    }
  }

  delete(name: string): void {
    this.#valid.delete(name)
    this.#invalid.delete(name)
  }

  #judge(name: string, data: Buffer | null): Registration | string {
    const parsed = parseRegistration(name, data)
    if ('refused' in parsed) return parsed.refused
    const { registration } = parsed
    const problem = this.#addresses(registration.address)
    if (problem !== undefined) return `address ${registration.address} ${problem}`
    if (!this.#valid.has(name) && this.#valid.size >= INSTANCES_MAX) {
      return `the service has ${INSTANCES_MAX} instances already`
    }
    return registration
  }
}
