import { EndpointTable, isExcluded, type Slot } from './endpoint-table.ts'
import type { PickContext, Picker, PickerEndpoint } from './picker.ts'

/** Keys fall into so many slots; each slot belongs to one endpoint. A power of two. */
const HASH_SLOTS = 1 << 16

const NONE = -1

/** Largest number in an Int32Array. */
const INDEX_MAX = 2 ** 31 - 1

interface HashedSlot<E extends PickerEndpoint> extends Slot<E> {
  /** 64 bits of the id's hash in two halves: two endpoints must not coincide by accident. */
  readonly low: number
  readonly high: number
}

/**
 * Equal keys go to equal endpoints, on every balancer that knows the same endpoints, in whatever order.
 * Each of 65,536 slots of the key space is given to an endpoint by weighted rendezvous hashing of the
 * ids (Schindelhauer and Schomaker, SPAA 2005), so an endpoint that leaves moves only its own keys,
 * and one that comes takes only those that it keeps. The owner of a slot is computed when its first
 * key comes, in O(n); after that a pick is one hash and one look-up.
 */
export class ConsistentHashPicker<E extends PickerEndpoint> implements Picker<E> {
  readonly #random: () => number
  readonly #table = new EndpointTable<E, HashedSlot<E>>((slot) => ({
    ...slot,
    low: hashText(slot.endpoint.id, 0x811c9dc5),
    high: hashText(slot.endpoint.id, 0x9e3779b9),
  }))
  /** The owner's index plus `#base`. Less than `#base` is from before the last change: not known now. */
  readonly #owners = new Int32Array(HASH_SLOTS)
  #base = 1
  #ready: readonly HashedSlot<E>[] = []
  #weights: readonly number[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  update(endpoints: readonly E[]): void {
    const ready = this.#table.update(endpoints)
    const weights = ready.map((slot) => slot.endpoint.weight)
    const same =
      ready.length === this.#ready.length &&
      ready.every((slot, index) => slot === this.#ready[index]) &&
      weights.every((weight, index) => weight === this.#weights[index])
    if (!same) this.#forgetOwners(ready.length)
    this.#ready = ready
    this.#weights = weights
  }

  pick(context?: PickContext): E | undefined {
    const keySlot =
      context?.hashKey === undefined
        ? Math.floor(this.#random() * HASH_SLOTS)
        : hashText(context.hashKey, 0x811c9dc5) & (HASH_SLOTS - 1)
    let index = (this.#owners[keySlot] ?? 0) - this.#base
    if (index < 0) {
      index = this.#owner(keySlot, undefined)
      if (index !== NONE) this.#owners[keySlot] = this.#base + index
    }
    const owner = this.#ready[index]
    if (owner === undefined || !isExcluded(owner.endpoint, context)) return owner?.endpoint
    return this.#ready[this.#owner(keySlot, context)]?.endpoint
  }

  onStart(): void {
    // The key decides, not the load.
  }

  onEnd(): void {
    // The key decides, not the outcome.
  }

  /** In O(1), but for once in very many changes: raises the base above all that is written. */
  #forgetOwners(newCount: number): void {
    this.#base += Math.max(1, this.#ready.length)
    if (this.#base + newCount <= INDEX_MAX) return
    this.#base = 1
    this.#owners.fill(0)
  }

  /**
   * The index of the endpoint with the smallest -ln(u)/weight, u its hash with the slot's number in
   * (0, 1): such exponential races are won in proportion to the weights.
   */
  #owner(keySlot: number, context: PickContext | undefined): number {
    let best = NONE
    let bestScore = Number.POSITIVE_INFINITY
    this.#ready.forEach((slot, index) => {
      if (isExcluded(slot.endpoint, context)) return
      const hash = mix(mix(keySlot ^ slot.low) ^ slot.high)
      const score = -Math.log((hash + 0.5) / 2 ** 32) / slot.endpoint.weight
      const rival = this.#ready[best]?.endpoint.id
      // Equal scores are told apart by the id, never by the order in the list.
      const wins = score < bestScore || (score === bestScore && slot.endpoint.id < (rival ?? ''))
      if (!wins) return
      best = index
      bestScore = score
    })
    return best
  }
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, since FNV alone mixes its last byte little. */
function hashText(text: string, seed: number): number {
  let hash = seed
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return mix(hash)
}

/** The finalizer of MurmurHash3 (fmix32): every bit of the input sways every bit of the result. */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
