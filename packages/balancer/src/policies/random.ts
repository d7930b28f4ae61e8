import { Candidates } from './candidates.ts'
import { EndpointTable, type Slot } from './endpoint-table.ts'
import type { PickContext, Picker, PickerEndpoint } from './picker.ts'

/** By chance, in proportion to the weights. */
export class RandomPicker<E extends PickerEndpoint> implements Picker<E> {
  readonly #table = new EndpointTable<E, Slot<E>>((slot) => slot)
  readonly #candidates: Candidates<E, Slot<E>>

  constructor(random: () => number) {
    this.#candidates = new Candidates(random)
  }

  update(endpoints: readonly E[]): void {
    this.#candidates.replace(this.#table.update(endpoints))
  }

  pick(context?: PickContext): E | undefined {
    return this.#candidates.one(context)?.endpoint
  }

  onStart(): void {
    // Chance has no memory.
  }

  onEnd(): void {
    // Chance has no memory.
  }
}
