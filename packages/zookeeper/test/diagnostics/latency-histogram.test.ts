import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LatencyHistogram } from '../../src/diagnostics/latency-histogram.ts'

it('counts each duration in every bucket that it fits in, as Prometheus has it', () => {
  const durations = fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { maxLength: 50 })
  fc.assert(
    fc.property(durations, (all) => {
      const histogram = new LatencyHistogram()
      for (const durationMs of all) histogram.record(durationMs)
      const { count, sumMs, buckets } = histogram.snapshot()
      expect(count).toBe(all.length)
      expect(sumMs).toBeCloseTo(all.reduce((sum, durationMs) => sum + durationMs, 0))
      expect(buckets.at(-1)).toEqual({ upToMs: Infinity, count })
      for (const bucket of buckets) {
        expect(bucket.count).toBe(all.filter((durationMs) => durationMs <= bucket.upToMs).length)
      }
    }),
  )
})
