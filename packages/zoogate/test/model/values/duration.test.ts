import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs, formatDuration, parseDuration } from '../../../src/model/values/duration.ts'

describe('durations', () => {
  it.each([
    ['10s', 10_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['1h2m3s4ms', 3_723_004],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '10', '1.5s', '-1s', '10 s', '1d', 's', '123456s', '1s1s1s1s1s', '1s\n'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
      expect(() => durationMs(text)).toThrow(TypeError)
    },
  )

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999 * 3_600_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })
})
