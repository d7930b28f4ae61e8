import { EndpointTable, isExcluded, type Slot } from './endpoint-table.ts'
import { IndexedHeap, type Positioned } from './indexed-heap.ts'
import type { PickContext, Picker, PickerEndpoint } from './picker.ts'
import { SmoothSchedule, type Turn } from './smooth-schedule.ts'

interface LoadSlot<E extends PickerEndpoint> extends Slot<E>, Positioned {
  /** (in flight + 1) / weight: the load that one more request would make. */
  load: number
  /** Number of the pick that chose it last; the longest unused of equals comes first. */
  lastPick: number
  turn: Turn<LoadSlot<E>> | undefined
}

/**
 * The endpoint that one more request would load least for its weight; equals take turns. While nothing
 * is in flight at all, that rule would send every request to the heaviest, so an idle pool is served
 * in smooth weighted turns.
 */
export class LeastRequestPicker<E extends PickerEndpoint> implements Picker<E> {
  readonly #table = new EndpointTable<E, LoadSlot<E>>((slot) => ({
    ...slot,
    load: 0,
    lastPick: 0,
    turn: undefined,
    position: -1,
  }))
  readonly #heap = new IndexedHeap<LoadSlot<E>>(
    (a, b) => a.load < b.load || (a.load === b.load && a.lastPick < b.lastPick),
  )
  readonly #idleTurns: SmoothSchedule<LoadSlot<E>>
  #ready: readonly LoadSlot<E>[] = []
  #inflightOfReady = 0
  #picks = 0

  constructor(random: () => number) {
    this.#idleTurns = new SmoothSchedule(random)
  }

  update(endpoints: readonly E[]): void {
    const ready = this.#table.update(endpoints)
    const kept = new Set(ready)
    for (const slot of this.#ready) {
      if (kept.has(slot)) continue
      this.#heap.remove(slot)
      if (slot.turn !== undefined) this.#idleTurns.remove(slot.turn)
      slot.turn = undefined
    }
    this.#inflightOfReady = 0
    for (const slot of ready) {
      const { weight } = slot.endpoint
      this.#inflightOfReady += slot.inflight
      slot.load = (slot.inflight + 1) / weight
      if (slot.turn === undefined) {
        slot.turn = this.#idleTurns.add(slot, weight)
        this.#heap.push(slot)
      } else {
        this.#idleTurns.reweigh(slot.turn, weight)
        this.#heap.moved(slot)
      }
    }
    this.#ready = ready
  }

  pick(context?: PickContext): E | undefined {
    const slot =
      this.#inflightOfReady === 0
        ? this.#idleTurns.next((candidate) => !isExcluded(candidate.endpoint, context))
        : this.#leastLoaded(context)
    if (slot === undefined) return undefined
    this.#picks += 1
    slot.lastPick = this.#picks
    this.#heap.moved(slot)
    return slot.endpoint
  }

  onStart(endpoint: E): void {
    this.#changed(this.#table.started(endpoint), 1)
  }

  onEnd(endpoint: E): void {
    this.#changed(this.#table.ended(endpoint), -1)
  }

  #changed(slot: LoadSlot<E> | undefined, by: number): void {
    if (slot === undefined || slot.position === -1) return
    this.#inflightOfReady += by
    slot.load = (slot.inflight + 1) / slot.endpoint.weight
    this.#heap.moved(slot)
  }

  #leastLoaded(context: PickContext | undefined): LoadSlot<E> | undefined {
    const passedOver: LoadSlot<E>[] = []
    let top = this.#heap.top
    while (top !== undefined && isExcluded(top.endpoint, context)) {
      this.#heap.remove(top)
      passedOver.push(top)
      top = this.#heap.top
    }
    for (const slot of passedOver) this.#heap.push(slot)
    return top
  }
}
