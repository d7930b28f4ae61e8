/** The buckets' upper bounds, in milliseconds: from a server next door to one that hardly answers. */
const BOUNDS_MS = [
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1_000,
  2_500,
  5_000,
  10_000,
  Infinity,
]

/** How long answers took. */
export interface LatencyStats {
  /** How many were answered. */
  readonly count: number
  readonly sumMs: number
  /** How many took up to `upToMs`, those of the smaller buckets included, as Prometheus has it. The last is `Infinity`. */
  readonly buckets: readonly { readonly upToMs: number; readonly count: number }[]
}

/** Counts durations in fixed buckets. */
export class LatencyHistogram {
  readonly #counts: number[] = BOUNDS_MS.map(() => 0)
  #count = 0
  #sumMs = 0

  record(durationMs: number): void {
    const bucket = BOUNDS_MS.findIndex((upToMs) => durationMs <= upToMs)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#sumMs += durationMs
  }

  snapshot(): LatencyStats {
    let below = 0
    const buckets = this.#counts.map((count, bucket) => {
      below += count
      return { upToMs: BOUNDS_MS[bucket] ?? Infinity, count: below }
    })
    return { count: this.#count, sumMs: this.#sumMs, buckets }
  }
}
