/** nginx's `split_clients` knows hundredths of a percent. */
const UNITS = 10_000

/**
 * Weights, all above 0, as the shares of a `split_clients`: percentages with two digits, and `*` for
 * the last, which takes the rest. The error of a share is at most 0.01 %, but no share is rounded
 * down to nothing.
 */
export function splitPercentages(weights: readonly number[]): readonly string[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let passed = 0
  let given = 0
  return weights.map((weight, index) => {
    if (index === weights.length - 1) return '*'
    passed += weight
    const left = weights.length - 1 - index
    // Rounded at the running sum, so that errors do not add up; each that follows keeps a unit.
    const end = Math.min(Math.max(Math.round((passed / total) * UNITS), given + 1), UNITS - left)
    const units = end - given
    given = end
    return `${Math.floor(units / 100)}.${String(units % 100).padStart(2, '0')}%`
  })
}
