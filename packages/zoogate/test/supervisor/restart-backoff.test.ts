import { describe, expect, it } from 'vitest'
import { restartDelayMs } from '../../src/supervisor/restart-backoff.ts'

describe('restartDelayMs', () => {
  it('starts again at once the first time, then later and later, never later than 10 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000].map(restartDelayMs)).toEqual([
      0, 0, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000,
    ])
  })
})
