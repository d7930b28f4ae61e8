import { describe, expect, it } from 'vitest'
import { Backoff } from '../../src/index.ts'

describe('Backoff', () => {
  it('doubles up to the limit and begins again after a reset', () => {
    const backoff = new Backoff({ minMs: 100, maxMs: 1_000, random: () => 0 })
    const delays = Array.from({ length: 6 }, () => backoff.nextMs())
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000])
    backoff.reset()
    expect(backoff.nextMs()).toBe(100)
  })

  it('takes off up to half by chance', () => {
    expect(new Backoff({ minMs: 100, maxMs: 1_000, random: () => 0.999 }).nextMs()).toBeCloseTo(
      50,
      0,
    )
  })

  it('does not overflow after very many failures', () => {
    const backoff = new Backoff({ minMs: 1, maxMs: 9, random: () => 0 })
    for (let failure = 0; failure < 5_000; failure += 1) backoff.nextMs()
    expect(backoff.nextMs()).toBe(9)
  })
})
