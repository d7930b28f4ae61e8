import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smallWeights } from '../../../../src/engines/nginx/render/small-weights.ts'

const of = (...weights: number[]) => weights.map((weight) => ({ weight }))

test.each([
  ['equal weights are 1 each', of(10, 10, 10), [1, 1, 1]],
  ['small proportions are exact', of(100, 50, 25), [4, 2, 1]],
  ['no endpoints', of(), []],
])('%s', (_, endpoints, expected) => {
  expect(smallWeights(endpoints)).toEqual(expected)
})

test('the sum stays small, and the proportions near', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 400 })
  fc.assert(
    fc.property(weights, (some) => {
      const scaled = smallWeights(of(...some))
      const sum = scaled.reduce((total, weight) => total + weight, 0)
      expect(sum).toBeLessThanOrEqual(Math.max(256, 4 * some.length))
      expect(Math.min(...scaled)).toBeGreaterThanOrEqual(1)
      for (const [index, weight] of some.entries()) {
        for (const [other, otherWeight] of some.entries()) {
          if (weight < otherWeight) expect(scaled[index]).toBeLessThanOrEqual(scaled[other] ?? 0)
        }
      }
    }),
    { numRuns: 50 },
  )
})
