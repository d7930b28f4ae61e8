import type { Scheduler } from '@zoogate/balancer'

/** A clock that stands still until it is moved. */
export class FakeScheduler implements Scheduler {
  #nowMs = 0
  #tasks: { readonly atMs: number; readonly task: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter((each) => each !== entry)
    }
  }

  get pending(): number {
    return this.#tasks.length
  }

  /** Runs what falls due, in order, and lets promises settle between the tasks. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const due = this.#tasks
        .filter((each) => each.atMs <= untilMs)
        .toSorted((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#tasks = this.#tasks.filter((each) => each !== due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.task()
      await settled()
    }
    this.#nowMs = untilMs
    await settled()
  }
}

/** Lets every promise that can settle do so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
