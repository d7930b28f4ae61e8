import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backOffMs } from '../../src/session/back-off.ts'

it('doubles up to the longest pause, half of it random', () => {
  const options = { minMs: 50, maxMs: 2_000 }
  expect([0, 1, 2, 6, 1_000].map((rounds) => backOffMs(rounds, options, () => 1))).toEqual([
    50, 100, 200, 2_000, 2_000,
  ])
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (rounds, random) => {
      const pauseMs = backOffMs(rounds, options, () => random)
      expect(pauseMs).toBeGreaterThanOrEqual(25)
      expect(pauseMs).toBeLessThanOrEqual(2_000)
    }),
  )
})
