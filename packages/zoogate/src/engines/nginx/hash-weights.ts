import type { Endpoint } from '../../model/view.ts'

/**
 * nginx puts 160 points on the ring for each unit of weight: a hundred servers of weight 10 make a
 * reload take seconds and hundreds of megabytes. So many units may a pool have, or one for each
 * endpoint where there are more.
 */
const UNITS_MAX = 256

/**
 * Weights for the ring, in the same proportions: exactly where their smallest whole numbers are
 * within the bound, else rounded, at least 1 each.
 */
export function hashWeights(endpoints: readonly Pick<Endpoint, 'weight'>[]): readonly number[] {
  const divisor = endpoints.reduce((common, { weight }) => greatestDivisor(common, weight), 0)
  const weights = endpoints.map(({ weight }) => weight / Math.max(1, divisor))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum <= UNITS_MAX) return weights
  // The share that rounding up to 1 may add stays within the bound: one unit for each endpoint.
  const scale = Math.max(UNITS_MAX - endpoints.length, 0) / sum
  return weights.map((weight) => Math.max(1, Math.round(weight * scale)))
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
