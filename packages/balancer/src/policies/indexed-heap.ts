/** An item knows where it lies, so that it can be moved or removed without a search. */
export interface Positioned {
  /** Index in the heap that holds it; -1: in none. */
  position: number
}

/** A binary heap whose items may change their key: O(log n) for all but `top`. */
export class IndexedHeap<T extends Positioned> {
  readonly #items: T[] = []
  readonly #isBefore: (a: T, b: T) => boolean

  /** `isBefore(a, b)`: a comes out before b. */
  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  get top(): T | undefined {
    return this.#items[0]
  }

  items(): readonly T[] {
    return this.#items
  }

  has(item: T): boolean {
    return this.#items[item.position] === item
  }

  push(item: T): void {
    item.position = this.#items.length
    this.#items.push(item)
    this.#siftUp(item)
  }

  /** Puts the item in its place after its key changed. */
  moved(item: T): void {
    this.#siftUp(item)
    this.#siftDown(item)
  }

  remove(item: T): void {
    const last = this.#items.pop()
    if (last !== undefined && last !== item) {
      last.position = item.position
      this.#items[last.position] = last
      this.moved(last)
    }
    item.position = -1
  }

  #siftUp(item: T): void {
    while (item.position > 0) {
      const parent = this.#items[(item.position - 1) >> 1]
      if (parent === undefined || !this.#isBefore(item, parent)) return
      this.#swap(item, parent)
    }
  }

  #siftDown(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.position + 1]
      if (left === undefined) return
      const right = this.#items[2 * item.position + 2]
      const child = right !== undefined && this.#isBefore(right, left) ? right : left
      if (!this.#isBefore(child, item)) return
      this.#swap(child, item)
    }
  }

  #swap(a: T, b: T): void {
    const position = a.position
    a.position = b.position
    b.position = position
    this.#items[a.position] = a
    this.#items[b.position] = b
  }
}
