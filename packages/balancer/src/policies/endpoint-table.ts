import type { PickContext, PickerEndpoint } from './picker.ts'

/** What is known of one endpoint, for as long as it is in the set or has requests in flight. */
export interface Slot<E extends PickerEndpoint> {
  endpoint: E
  inflight: number
  /** In the newest set. */
  present: boolean
}

/** May the endpoint be given a new request? A weight that is not a positive number gives none. */
function takesRequests(endpoint: PickerEndpoint): boolean {
  return endpoint.state === 'up' && endpoint.weight > 0 && Number.isFinite(endpoint.weight)
}

export function isExcluded(endpoint: PickerEndpoint, context: PickContext | undefined): boolean {
  return context?.excluded?.has(endpoint.id) === true
}

/**
 * Slots by endpoint id. One object lives for an id from its first coming until it has left and its
 * last request has ended, so that an endpoint that goes and returns finds its counts again.
 */
export class EndpointTable<E extends PickerEndpoint, S extends Slot<E>> {
  readonly #slots = new Map<string, S>()
  readonly #newSlot: (slot: Slot<E>) => S

  constructor(newSlot: (slot: Slot<E>) => S) {
    this.#newSlot = newSlot
  }

  /** The slots that take requests now, in the order of `endpoints`. */
  update(endpoints: readonly E[]): S[] {
    for (const slot of this.#slots.values()) slot.present = false
    const ready: S[] = []
    for (const endpoint of endpoints) {
      let slot = this.#slots.get(endpoint.id)
      if (slot?.present === true) continue
      if (slot === undefined) {
        slot = this.#newSlot({ endpoint, inflight: 0, present: true })
        this.#slots.set(endpoint.id, slot)
      }
      slot.endpoint = endpoint
      slot.present = true
      if (takesRequests(endpoint)) ready.push(slot)
    }
    for (const [id, slot] of this.#slots) {
      if (!slot.present && slot.inflight === 0) this.#slots.delete(id)
    }
    return ready
  }

  started(endpoint: E): S | undefined {
    const slot = this.#slots.get(endpoint.id)
    if (slot !== undefined) slot.inflight += 1
    return slot
  }

  /** A request that ends twice, or that never began, changes nothing: a count never goes below 0. */
  ended(endpoint: E): S | undefined {
    const slot = this.#slots.get(endpoint.id)
    if (slot === undefined || slot.inflight === 0) return undefined
    slot.inflight -= 1
    if (slot.inflight === 0 && !slot.present) this.#slots.delete(endpoint.id)
    return slot
  }
}
