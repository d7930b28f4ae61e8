/** Read items are let go of in batches of this size, so that a shift costs no copy. */
const COMPACT_AT = 1024

/** A first-in first-out queue whose `shift` does not move the others. */
export class Fifo<T> {
  #items: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** The first item, left where it is. */
  peek(): T | undefined {
    return this.#items[this.#head]
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head++
    if (this.#head === this.#items.length) {
      this.#items.length = 0
      this.#head = 0
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** Lets go of the items that the predicate does not want; the others keep their order. */
  keep(isWanted: (item: T) => boolean): void {
    for (const item of this.drain()) if (isWanted(item)) this.push(item)
  }

  /** Empties the queue and gives what was in it. */
  drain(): T[] {
    const rest: T[] = []
    for (let item = this.shift(); item !== undefined; item = this.shift()) rest.push(item)
    return rest
  }
}
