import type { Clock } from '../connection/clock.ts'

/** Resolves after the time, or as soon as the signal is aborted. */
export function sleep(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.setTimer(end, delayMs)
    signal.addEventListener('abort', end, { once: true })
  })
}
