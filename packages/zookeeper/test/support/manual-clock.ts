import type { Clock } from '../../src/index.ts'

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Runs what is due within the time, in order. */
  advance(ms: number): void
}

export function manualClock(): ManualClock {
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()
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
        const due = [...timers].filter(({ atMs }) => atMs <= endMs)
        const [next] = due.sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        timers.delete(next)
        nowMs = Math.max(nowMs, next.atMs)
        next.callback()
      }
      nowMs = endMs
    },
  }
}
