import type { Condition } from './condition.ts'
import { block, type Directive, directive } from './directive.ts'
import { splitPercentages } from './split-percentages.ts'

/** What servers and locations share on the level above them, each made once, numbered as they come. */
export class SharedVariables {
  readonly #variables = new Map<string, { variable: string; directive: Directive }>()
  readonly #others = new Map<string, Directive>()
  readonly #numbers = new Map<string, number>()

  directives(): readonly Directive[] {
    return [
      ...[...this.#variables.values()].map(({ directive }) => directive),
      ...this.#others.values(),
    ]
  }

  /** A variable that one directive defines: equal definitions share one. */
  define(purpose: string, make: (variable: string) => Directive): string {
    const key = JSON.stringify(make('$'))
    const known = this.#variables.get(key)
    if (known !== undefined) return known.variable
    const variable = `$zoogate_${purpose}_${this.#variables.size}`
    this.#variables.set(key, { variable, directive: make(variable) })
    return variable
  }

  /** A directive beside the variables: a zone of shared memory, of which the key is the name. */
  declare(key: string, directive: Directive): void {
    this.#others.set(key, directive)
  }

  /** Equal texts have equal numbers, others others. */
  number(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }

  /** True for a request that meets the condition. */
  condition({ source, pattern }: Condition): string {
    return this.define('matches', (variable) =>
      block(['map', source, variable], [directive('default', ''), directive(pattern, '1')]),
    )
  }

  /** One of the names by chance, in proportion to their weights. */
  split(
    shares: readonly { readonly name: string; readonly weight: number }[],
    source = '$request_id',
  ): string {
    const percentages = splitPercentages(shares.map(({ weight }) => weight))
    return this.define('split', (variable) =>
      block(
        ['split_clients', source, variable],
        shares.map(({ name }, index) => directive(percentages[index] ?? '*', name)),
      ),
    )
  }

  /**
   * A text for a place where nginx reads variables. It has no way to write a dollar there; a `geo` has
   * values that it takes as they are.
   */
  text(text: string): string {
    if (!text.includes('$')) return text
    return this.define('text', (variable) => block(['geo', variable], [directive('default', text)]))
  }

  /** Not empty for a client whose address is in one of these networks (CIDR). */
  inNetworks(networks: readonly string[], of = '$remote_addr'): string {
    return this.define('among', (variable) =>
      block(
        ['geo', of, variable],
        [directive('default', ''), ...networks.map((network) => directive(network, '1'))],
      ),
    )
  }
}
