import { expect, test } from 'vitest'
import { leakRate } from '../../../../src/engines/nginx/render/rate-limit.ts'

test.each([
  [100, 1_000, '100r/s'],
  [1, 1_000, '1r/s'],
  [90, 60_000, '90r/m'],
  [1, 60_000, '1r/m'],
  [3_601, 60_000, '60r/s'],
  [10_001, 60_000, '167r/s'],
  [1, 3_600_000, undefined],
  [60, 3_600_000, '1r/m'],
])('%i in %i ms leak at %s', (requests, perMs, rate) => {
  expect(leakRate({ requests, perMs, key: { type: 'sourceIP' } })).toBe(rate)
})
