import type { Clock, Timer } from './clock.ts'

/** Node's timers fire at once for longer delays. */
const LONGEST_TIMER_MS = 0x7fffffff

/** Calls back when the time is up: at once for a time that is over already or no number, never for undefined or `Infinity`. */
export function startDeadline(
  timeoutMs: number | undefined,
  clock: Clock,
  onPassed: () => void,
): Timer | undefined {
  if (timeoutMs === undefined || timeoutMs === Infinity) return undefined
  if (timeoutMs > 0) return clock.setTimer(onPassed, Math.min(timeoutMs, LONGEST_TIMER_MS))
  onPassed()
  return undefined
}
