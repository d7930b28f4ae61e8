/** A timer that can be called off. */
export interface Timer {
  cancel(): void
}

/** Where the client gets time from: tests pass their own. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number
  setTimer(callback: () => void, delayMs: number): Timer
}

/** The process's monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
