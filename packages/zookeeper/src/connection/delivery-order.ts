import { Fifo } from './fifo.ts'

/** An answer that can be handed to its caller. */
export interface Settleable {
  settle(): void
}

/**
 * Keeps the order of replies and watch events as the callers see it, not only as the socket gave it.
 *
 * ZooKeeper promises that a client sees the event before the reply which would show the change, and that
 * the reply which left a watch comes before its event. Settling a promise runs its `await` only
 * after the whole chunk is worked off, while an event's listener would run at once. So when an event stands behind
 * a reply in one chunk, it and all that follows wait until the reply's continuations have run.
 */
export class DeliveryOrder {
  #repliesSettled = false
  #scheduled = false
  readonly #waiting = new Fifo<{ readonly isEvent: boolean; readonly deliver: () => void }>()

  reply(answer: Settleable): void {
    if (this.#waiting.length > 0) {
      this.#waiting.push({ isEvent: false, deliver: () => answer.settle() })
      return
    }
    this.#repliesSettled = true
    answer.settle()
  }

  event(deliver: () => void): void {
    if (this.#waiting.length === 0 && !this.#repliesSettled) {
      deliver()
      return
    }
    this.#waiting.push({ isEvent: true, deliver })
    this.#schedule()
  }

  /** Called at the end of a chunk: what comes in the next one is behind all continuations of this one. */
  endOfChunk(): void {
    if (this.#waiting.length === 0) this.#repliesSettled = false
  }

  /** Delivers everything now, in order; for a connection that ends. */
  flush(): void {
    for (const item of this.#waiting.drain()) item.deliver()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    // A tick scheduled by a microtask runs once the queue of microtasks is empty: every await behind the reply has gone on.
    queueMicrotask(() => process.nextTick(() => this.#run()))
  }

  #run(): void {
    this.#scheduled = false
    this.#repliesSettled = false
    let next = this.#waiting.peek()
    while (next !== undefined && !(next.isEvent && this.#repliesSettled)) {
      this.#waiting.shift()
      if (!next.isEvent) this.#repliesSettled = true
      next.deliver()
      next = this.#waiting.peek()
    }
    if (next === undefined) this.#repliesSettled = false
    else this.#schedule()
  }
}
