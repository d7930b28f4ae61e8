import { EndpointTable, isExcluded, type Slot } from './endpoint-table.ts'
import type { PickContext, Picker, PickerEndpoint } from './picker.ts'
import { SmoothSchedule, type Turn } from './smooth-schedule.ts'

interface TurnSlot<E extends PickerEndpoint> extends Slot<E> {
  turn: Turn<TurnSlot<E>> | undefined
}

/** Each endpoint in its turn, spread evenly by weight. The turn goes on where it was after `update`. */
export class RoundRobinPicker<E extends PickerEndpoint> implements Picker<E> {
  readonly #table = new EndpointTable<E, TurnSlot<E>>((slot) => ({ ...slot, turn: undefined }))
  readonly #schedule: SmoothSchedule<TurnSlot<E>>
  #ready: readonly TurnSlot<E>[] = []

  constructor(random: () => number) {
    this.#schedule = new SmoothSchedule(random)
  }

  update(endpoints: readonly E[]): void {
    const ready = this.#table.update(endpoints)
    const kept = new Set(ready)
    for (const slot of this.#ready) {
      if (kept.has(slot) || slot.turn === undefined) continue
      this.#schedule.remove(slot.turn)
      slot.turn = undefined
    }
    for (const slot of ready) {
      if (slot.turn === undefined) slot.turn = this.#schedule.add(slot, slot.endpoint.weight)
      else this.#schedule.reweigh(slot.turn, slot.endpoint.weight)
    }
    this.#ready = ready
  }

  pick(context?: PickContext): E | undefined {
    return this.#schedule.next((slot) => !isExcluded(slot.endpoint, context))?.endpoint
  }

  onStart(): void {
    // The turn does not depend on what is in flight.
  }

  onEnd(): void {
    // Nor on how it ended.
  }
}
