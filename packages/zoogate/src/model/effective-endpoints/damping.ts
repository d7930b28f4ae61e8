import type { Remembered } from './memory.ts'

/**
 * Damping (F8): each instance may come into the pool so often. A bucket that refills slowly bounds
 * what one flapping instance can cost over time; its depth lets deployments, restarts and repeated
 * drains pass untouched. Only comings wait: a going is never delayed.
 */
export const COMINGS_MAX = 120

/** One coming is given back after each such time: ten a minute in the long run. */
export const COMING_REFILL_MS = 6_000

type Comings = Pick<Remembered, 'comings' | 'comingsAtMs'>

export function freshComings(nowMs: number): Comings {
  return { comings: COMINGS_MAX, comingsAtMs: nowMs }
}

/** Gives back whole comings for the time that passed. Time that went backwards gives none. */
export function refillComings(bucket: Comings, nowMs: number): Comings {
  const passedMs = nowMs - bucket.comingsAtMs
  if (passedMs < 0) return { comings: bucket.comings, comingsAtMs: nowMs }
  const given = Math.floor(passedMs / COMING_REFILL_MS)
  if (given === 0) return { comings: bucket.comings, comingsAtMs: bucket.comingsAtMs }
  if (bucket.comings + given >= COMINGS_MAX) return freshComings(nowMs)
  return {
    comings: bucket.comings + given,
    comingsAtMs: bucket.comingsAtMs + given * COMING_REFILL_MS,
  }
}

/** Takes one coming, if need be the last that there is. */
export function spendComing(bucket: Comings, nowMs: number): Comings {
  // A full bucket does not refill, so its clock starts with the first coming that is spent.
  const comingsAtMs = bucket.comings >= COMINGS_MAX ? nowMs : bucket.comingsAtMs
  return { comings: Math.max(0, bucket.comings - 1), comingsAtMs }
}

/** When an empty bucket has a coming again. */
export function nextComingAtMs(bucket: Comings): number {
  return bucket.comingsAtMs + COMING_REFILL_MS
}
