import type { Condition } from './condition.ts'
import { block, type Directive, directive } from './directive.ts'
import { splitPercentages } from './split-percentages.ts'

/** Variables that servers and locations share, each made once, numbered as they come. */
export class SharedVariables {
  readonly #byKey = new Map<string, { variable: string; directive: Directive }>()

  directives(): readonly Directive[] {
    return [...this.#byKey.values()].map(({ directive }) => directive)
  }

  /** True for a request that meets the condition. */
  condition({ source, pattern }: Condition): string {
    return this.#make(JSON.stringify([source, pattern]), 'matches', (variable) =>
      block(['map', source, variable], [directive('default', ''), directive(pattern, '1')]),
    )
  }

  /** One of the destinations by chance, in proportion to their weights. */
  split(shares: readonly { readonly name: string; readonly weight: number }[]): string {
    const percentages = splitPercentages(shares.map(({ weight }) => weight))
    return this.#make(JSON.stringify(shares), 'split', (variable) =>
      block(
        ['split_clients', '$request_id', variable],
        shares.map(({ name }, index) => directive(percentages[index] ?? '*', name)),
      ),
    )
  }

  #make(key: string, purpose: string, make: (variable: string) => Directive): string {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known.variable
    const variable = `$zoogate_${purpose}_${this.#byKey.size}`
    this.#byKey.set(key, { variable, directive: make(variable) })
    return variable
  }
}
