import type { Clock } from '../../src/index.ts'

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Runs what is due within the time, in order. */
  advance(ms: number): void
}

interface ManualTimer {
  readonly atMs: number
  readonly callback: () => void
}

export function manualClock(): ManualClock {
  const timers = new Set<ManualTimer>()
  let nowMs = 0
  return {
    now: () => nowMs,
    setTimer(callback, delayMs) {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    advance(ms) {
      const endMs = nowMs + ms
      for (;;) {
        const next = earliest(timers)
        if (next === undefined || next.atMs > endMs) break
        timers.delete(next)
        nowMs = Math.max(nowMs, next.atMs)
        next.callback()
      }
      nowMs = endMs
    },
  }
}

/** Of several at the same time, the one that was set first. */
function earliest(timers: ReadonlySet<ManualTimer>): ManualTimer | undefined {
  let first: ManualTimer | undefined
  for (const timer of timers) if (first === undefined || timer.atMs < first.atMs) first = timer
  return first
}
