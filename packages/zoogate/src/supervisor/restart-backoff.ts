/** An engine that ran so long has started well: its next end is the first again. */
export const STEADY_AFTER_MS = 10_000
const FIRST_DELAY_MS = 200
const DELAY_MAX_MS = 10_000

/**
 * How long to wait before an engine is started again after `failures` ends in a row, this one
 * included: not at all the first time, for the clients wait; then 0.2 s, 0.4 s, … 10 s.
 */
export function restartDelayMs(failures: number): number {
  if (failures <= 1) return 0
  return Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 2, 30))
}
