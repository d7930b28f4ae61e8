/**
 * A start begins with this part of the weight: with nothing, nobody would see that the endpoint serves.
 * The least that httpd counts is a hundredth of the heaviest's.
 */
const PART_MIN = 0.02

/** In so many steps a share grows, unless these are shorter than {@link STEP_MIN_MS}. */
const STEPS = 20
const STEP_MIN_MS = 250

/**
 * Who takes requests that belong to nobody, and since when its share grows; undefined: it has the whole.
 * By who it is and where: another one at the same address begins anew, as does one that moved.
 */
export type Starts = ReadonlyMap<string, number | undefined>

/** Shares as they are at one moment. */
export interface Growth {
  readonly starts: Starts
  readonly nowMs: number
}

/** Of whom {@link Starts} tells. */
export function startKey(route: string, place: string): string {
  return `${route}@${place}`
}

export interface Start {
  /** Milliseconds since the epoch: it outlives the agent. */
  readonly sinceMs: number
  readonly nowMs: number
  readonly durationMs: number
}

/** Whether it has less than its whole share yet. One that is to begin later began before a clock was set back. */
export function isGrowing({ sinceMs, nowMs, durationMs }: Start): boolean {
  return nowMs >= sinceMs && nowMs < sinceMs + durationMs
}

/** What a weight counts at a moment of a slow start. Pure. */
export function grownWeight(weight: number, start: Start): number {
  if (!isGrowing(start)) return weight
  return weight * Math.max(PART_MIN, (start.nowMs - start.sinceMs) / start.durationMs)
}

/**
 * Who starts slowly once these take requests. Where nothing is known of a former moment, they all had
 * their shares before. Pure.
 */
export function startsOf(
  before: Starts | undefined,
  keys: readonly string[],
  nowMs: number,
): Starts {
  const sinceMs = (key: string) =>
    before === undefined || before.has(key) ? before?.get(key) : nowMs
  return new Map(keys.map((key) => [key, sinceMs(key)]))
}

/** How long until the next step of these, the last one of a start included. Undefined: none grows. */
export function nextStepMs({ starts, nowMs }: Growth, durationMs: number): number | undefined {
  const ends = [...starts.values()].flatMap((sinceMs) =>
    sinceMs !== undefined && isGrowing({ sinceMs, nowMs, durationMs })
      ? [sinceMs + durationMs - nowMs]
      : [],
  )
  if (ends.length === 0) return undefined
  return Math.min(Math.max(STEP_MIN_MS, durationMs / STEPS), ...ends)
}
