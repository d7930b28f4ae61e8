import { isExcluded, type Slot } from './endpoint-table.ts'
import type { PickContext, PickerEndpoint } from './picker.ts'
import { WeightedSampler } from './weighted-sampler.ts'

/** Draws that may hit an excluded or repeated endpoint before it is done another way. */
const DRAWS_MAX = 4

/** Weighted draws among the endpoints that take requests. O(1), but for the first pick after a change. */
export class Candidates<E extends PickerEndpoint, S extends Slot<E>> {
  readonly #random: () => number
  #slots: readonly S[] = []
  #sampler = new WeightedSampler([])
  #meanWeight = 1

  constructor(random: () => number) {
    this.#random = random
  }

  /** Of the endpoints that take requests; 1 where there is none. */
  get meanWeight(): number {
    return this.#meanWeight
  }

  replace(slots: readonly S[]): void {
    const weights = slots.map((slot) => slot.endpoint.weight)
    this.#slots = slots
    this.#sampler = new WeightedSampler(weights)
    this.#meanWeight =
      slots.length === 0 ? 1 : weights.reduce((sum, weight) => sum + weight, 0) / slots.length
  }

  one(context: PickContext | undefined): S | undefined {
    if (context?.excluded === undefined || context.excluded.size === 0) return this.#draw()
    for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
      const slot = this.#draw()
      if (slot !== undefined && !isExcluded(slot.endpoint, context)) return slot
    }
    const allowed = this.#slots.filter((slot) => !isExcluded(slot.endpoint, context))
    const sampler = new WeightedSampler(allowed.map((slot) => slot.endpoint.weight))
    return allowed[sampler.draw(this.#random)]
  }

  /**
   * A second candidate, another than `first` unless that is by far the heaviest or the only one.
   * With unequal weights a few draws decide it, so that a light endpoint is not always the
   * alternative to a heavy one and does not get more than its share.
   */
  other(first: S, context: PickContext | undefined): S {
    const count = this.#slots.length
    for (let draw = 0; draw < DRAWS_MAX && count > 1; draw += 1) {
      const slot = this.#draw()
      if (slot !== undefined && slot !== first && !isExcluded(slot.endpoint, context)) return slot
      // A second miss in a row says that the first is heavy; with equal weights it is only chance.
      if (!this.#sampler.uniform && draw > 0) return first
    }
    return first
  }

  #draw(): S | undefined {
    return this.#slots[this.#sampler.draw(this.#random)]
  }
}
