import { Candidates } from './candidates.ts'
import { EndpointTable, type Slot } from './endpoint-table.ts'
import type { PickContext, Picker, PickerEndpoint } from './picker.ts'

/**
 * Two weighted draws; the one with fewer requests in flight for its weight wins, the first of equals.
 * As in HAProxy's `random(2)`: the draws honour the weights, so an idle pool is shared by weight.
 * Many balancers that do not know of each other do not run to the same endpoint.
 */
export class PowerOfTwoChoicesPicker<E extends PickerEndpoint> implements Picker<E> {
  readonly #table = new EndpointTable<E, Slot<E>>((slot) => slot)
  readonly #candidates: Candidates<E, Slot<E>>

  constructor(random: () => number) {
    this.#candidates = new Candidates(random)
  }

  update(endpoints: readonly E[]): void {
    this.#candidates.replace(this.#table.update(endpoints))
  }

  pick(context?: PickContext): E | undefined {
    const first = this.#candidates.one(context)
    if (first === undefined) return undefined
    const other = this.#candidates.other(first, context)
    const firstLoad = first.inflight * other.endpoint.weight
    return (other.inflight * first.endpoint.weight < firstLoad ? other : first).endpoint
  }

  onStart(endpoint: E): void {
    this.#table.started(endpoint)
  }

  onEnd(endpoint: E): void {
    this.#table.ended(endpoint)
  }
}
