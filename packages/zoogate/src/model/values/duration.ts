const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/**
 * Durations are written as in the Gateway API (GEP-2257): up to four numbers of at most five digits,
 * each with its unit: `10s`, `500ms`, `1m30s`.
 */
export const DURATION_PATTERN = '^([0-9]{1,5}(h|m|s|ms)){1,4}$'
const duration = new RegExp(DURATION_PATTERN)

/** Milliseconds, or undefined where the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!duration.test(text)) return undefined
  let totalMs = 0
  for (const [, digits, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) {
    totalMs += Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS]
  }
  return totalMs
}

/** The shortest way to write a duration, largest unit first: 90 000 is `1m30s`, 0 is `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms))
  if (rest === 0) return '0s'
  let text = ''
  for (const [unit, unitMs] of Object.entries(UNIT_MS)) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) text += `${count}${unit}`
  }
  return text
}

/**
 * Milliseconds of a duration that a schema let pass.
 * @throws TypeError where it is none
 */
export function durationMs(text: string): number {
  const parsedMs = parseDuration(text)
  if (parsedMs === undefined) throw new TypeError(`not a duration: ${text}`)
  return parsedMs
}
