import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitPercentages } from '../../../../src/engines/nginx/render/split-percentages.ts'

test.each([
  [
    [1, 1],
    ['50.00%', '*'],
  ],
  [
    [90, 10],
    ['90.00%', '*'],
  ],
  [
    [1, 1, 1],
    ['33.33%', '33.34%', '*'],
  ],
  [
    [1, 1_000_000],
    ['0.01%', '*'],
  ],
  [
    [1_000_000, 1],
    ['99.99%', '*'],
  ],
])('%j is %j', (weights, percentages) => {
  expect(splitPercentages(weights)).toEqual(percentages)
})

test('every share is within 0.02 % of its weight, or 0.01 % where that would be nothing', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 2, maxLength: 16 })
  fc.assert(
    fc.property(weights, (some) => {
      const percentages = splitPercentages(some)
      const shares = percentages.slice(0, -1).map((each) => Number(each.slice(0, -1)))
      shares.push(100 - shares.reduce((sum, share) => sum + share, 0))
      const total = some.reduce((sum, weight) => sum + weight, 0)
      for (const [index, weight] of some.entries()) {
        const share = shares[index] ?? 0
        expect(share).toBeGreaterThanOrEqual(0.0099)
        // Each tiny share that is lifted to 0.01 % costs its neighbours as much.
        expect(Math.abs(share - (weight / total) * 100)).toBeLessThan(0.02 + 0.01 * some.length)
      }
    }),
  )
})
