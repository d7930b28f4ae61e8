import type { Endpoint } from '../../../model/view/view.ts'

/** A pool may have so many units for each of its endpoints, and 64 times as many in any case. */
const UNITS_PER_ENDPOINT_MAX = 4
const UNITS_ANYWAY = 256

/**
 * Weights in the same proportions, for where each unit costs: exactly where the smallest whole
 * numbers are within the bound, else rounded, at least 1 each.
 *
 * A hash ring has 160 points for each unit: a hundred pools of a hundred servers of weight 10 make a
 * reload take seconds, and hundreds of megabytes. And see `serverLines` in `upstream.ts`.
 */
export function smallWeights(endpoints: readonly Pick<Endpoint, 'weight'>[]): readonly number[] {
  const divisor = endpoints.reduce((common, { weight }) => greatestDivisor(common, weight), 0)
  const weights = endpoints.map(({ weight }) => weight / Math.max(1, divisor))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const unitsMax = Math.max(UNITS_ANYWAY, UNITS_PER_ENDPOINT_MAX * endpoints.length)
  if (sum <= unitsMax) return weights
  // Rounding adds less than a unit to each, so with as many set aside the sum stays within the bound.
  const scale = (unitsMax - endpoints.length) / sum
  return weights.map((weight) => Math.max(1, Math.round(weight * scale)))
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
