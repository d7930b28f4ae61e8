/** `0%` to `100%`, with at most two decimals. */
export const PERCENTAGE_PATTERN = '^(100|[0-9]{1,2}(\\.[0-9]{1,2})?)%$'
const percentage = new RegExp(PERCENTAGE_PATTERN)

/** A fraction from 0 to 1, or undefined where the text is not a percentage. */
export function parsePercentage(text: string): number | undefined {
  return percentage.test(text) ? Number(text.slice(0, -1)) / 100 : undefined
}
