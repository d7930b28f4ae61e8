import type { BalancerTable, TableMember } from './balancer-table.ts'

/**
 * What the balancers of one generation had when they were read last, of those that were changed live. It only says
 * where the next change begins: what httpd has then is read.
 */
export class KnownBalancers {
  #generation: string | undefined
  readonly #byHost = new Map<string, Map<string, readonly TableMember[]>>()

  /** Undefined: one of these is not known. */
  of(generation: string, host: string, balancers: readonly string[]): BalancerTable | undefined {
    const known = generation === this.#generation ? this.#byHost.get(host) : undefined
    const table = new Map<string, readonly TableMember[]>()
    for (const name of balancers) {
      const members = known?.get(name)
      if (members === undefined) return undefined
      table.set(name, members)
    }
    return table
  }

  learn(generation: string, host: string, table: BalancerTable): void {
    if (generation !== this.#generation) this.forget()
    this.#generation = generation
    const known = this.#byHost.get(host) ?? new Map<string, readonly TableMember[]>()
    this.#byHost.set(host, known)
    for (const [name, members] of table) known.set(name, members)
  }

  forget(): void {
    this.#byHost.clear()
  }
}
