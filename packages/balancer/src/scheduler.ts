/** Time as a part that can be replaced: tests move it by hand. */
export interface Scheduler {
  /** Monotonic milliseconds. */
  nowMs(): number
  /** Runs `task` once after `delayMs`; the returned function cancels that. */
  after(delayMs: number, task: () => void): () => void
}

export const systemScheduler: Scheduler = {
  nowMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}
