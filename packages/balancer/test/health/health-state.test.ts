import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { initialHealth, nextHealth } from '../../src/health/health-state.ts'
import { PATIENCE_MS } from '../policies/support.ts'

const after = (results: readonly boolean[], rise: number, fall: number, passing = true) =>
  results.reduce(
    (state, passed) => nextHealth(state, passed, { rise, fall }),
    initialHealth(passing),
  )

describe('nextHealth', () => {
  it('lets the first result count at once, both ways', () => {
    expect(after([false], 2, 3).passing).toBe(false)
    expect(after([true], 2, 3, false).passing).toBe(true)
  })

  it('falls after `fall` failures in a row and rises after `rise` passes in a row', () => {
    expect(after([true, false, false], 2, 3).passing).toBe(true)
    expect(after([true, false, false, true, false, false], 2, 3).passing).toBe(true)
    expect(after([true, false, false, false], 2, 3).passing).toBe(false)
    expect(after([false, true], 2, 3).passing).toBe(false)
    expect(after([false, true, true], 2, 3).passing).toBe(true)
  })

  it(
    'changes only on a run that is long enough, whatever came before',
    () => {
      const counts = fc.integer({ min: 1, max: 5 })
      fc.assert(
        fc.property(
          fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
          counts,
          counts,
          (results, rise, fall) => {
            // The same said another way: look back for the newest run that is long enough.
            let expected = results[0] as boolean
            for (let end = 1; end <= results.length; end += 1) {
              const needed = expected ? fall : rise
              const run = results.slice(Math.max(0, end - needed), end)
              if (run.length === needed && run.every((passed) => passed !== expected)) {
                expected = !expected
              }
            }
            expect(after(results, rise, fall).passing).toBe(expected)
          },
        ),
        { numRuns: 10_000 },
      )
    },
    PATIENCE_MS,
  )
})
