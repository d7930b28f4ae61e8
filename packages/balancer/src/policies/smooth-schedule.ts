import { IndexedHeap, type Positioned } from './indexed-heap.ts'

/** The k-th pick of a turn belongs between `start + k/weight` and `start + (k+1)/weight`. */
export interface Turn<T> extends Positioned {
  readonly item: T
  weight: number
  /** Virtual time at which the turn's next pick may come at the earliest. */
  start: number
  deadline: number
  /** Breaks ties, by chance but for good, so that many balancers do not begin with the same item. */
  readonly rank: number
}

/** After so many picks the virtual clock begins again at 0, which keeps its fractions exact enough. */
const PICKS_BETWEEN_REBASES = 1 << 14

/** Far below one pick's share of virtual time, far above what floating point loses before a rebase. */
const EPSILON = 1e-6

/**
 * Smooth weighted round robin: after any number t of picks, an item of weight w of W in all has been
 * picked n times with |n - t·w/W| < 1.
 *
 * nginx's rule for the same (ngx_http_upstream_round_robin.c: the largest deficit first) costs a scan
 * of all items and does not keep the bound: weights 1×8 5×4 9×3 40 come to 1.01, others to 1.2. Here
 * each pick has a window in virtual time and, of the windows that are open, the one that closes first
 * is served (earliest deadline first; Baruah et al., "Proportionate progress", Algorithmica 1996),
 * which keeps the bound always, in O(log n). Equal weights give each item once in every n picks.
 */
export class SmoothSchedule<T> {
  readonly #random: () => number
  /** Turns whose window is open. */
  readonly #open = new IndexedHeap<Turn<T>>(
    (a, b) => a.deadline < b.deadline || (a.deadline === b.deadline && a.rank < b.rank),
  )
  /** Turns that have had their share for now. */
  readonly #early = new IndexedHeap<Turn<T>>((a, b) => a.start < b.start)
  #totalWeight = 0
  #now = 0
  #picks = 0

  constructor(random: () => number) {
    this.#random = random
  }

  add(item: T, weight: number): Turn<T> {
    const turn: Turn<T> = {
      item,
      weight,
      start: this.#now,
      deadline: this.#now + 1 / weight,
      rank: this.#random(),
      position: -1,
    }
    this.#totalWeight += weight
    this.#open.push(turn)
    return turn
  }

  remove(turn: Turn<T>): void {
    this.#heapOf(turn).remove(turn)
    this.#totalWeight -= turn.weight
    if (this.#open.size + this.#early.size === 0) this.#totalWeight = 0
  }

  /** The turn keeps its place: what it is ahead or behind, in picks, stays the same. */
  reweigh(turn: Turn<T>, weight: number): void {
    if (weight === turn.weight) return
    turn.start = this.#now + ((turn.start - this.#now) * turn.weight) / weight
    turn.deadline = turn.start + 1 / weight
    this.#totalWeight += weight - turn.weight
    turn.weight = weight
    this.#heapOf(turn).moved(turn)
  }

  /** The next item for which `accepts` holds. The items passed over stay first in line. */
  next(accepts: (item: T) => boolean): T | undefined {
    if (this.#open.size + this.#early.size === 0) return undefined
    const share = 1 / this.#totalWeight
    this.#openUntil(this.#now + share * (1 - EPSILON))
    const turn = this.#firstAccepted(accepts)
    if (turn === undefined) return undefined
    turn.start = turn.deadline
    turn.deadline += 1 / turn.weight
    this.#early.push(turn)
    this.#now += share
    this.#picks += 1
    if (this.#picks === PICKS_BETWEEN_REBASES) this.#rebase()
    return turn.item
  }

  #openUntil(horizon: number): void {
    for (let turn = this.#early.top; turn !== undefined; turn = this.#early.top) {
      if (turn.start >= horizon) return
      this.#early.remove(turn)
      this.#open.push(turn)
    }
  }

  #firstAccepted(accepts: (item: T) => boolean): Turn<T> | undefined {
    const passedOver: Turn<T>[] = []
    let found: Turn<T> | undefined
    while (found === undefined) {
      const heap = this.#open.size > 0 ? this.#open : this.#early
      const turn = heap.top
      if (turn === undefined) break
      heap.remove(turn)
      if (accepts(turn.item)) found = turn
      else passedOver.push(turn)
    }
    for (const turn of passedOver) this.#open.push(turn)
    return found
  }

  #heapOf(turn: Turn<T>): IndexedHeap<Turn<T>> {
    return this.#open.has(turn) ? this.#open : this.#early
  }

  #rebase(): void {
    for (const turn of [...this.#open.items(), ...this.#early.items()]) {
      turn.start -= this.#now
      turn.deadline -= this.#now
    }
    this.#now = 0
    this.#picks = 0
  }
}
