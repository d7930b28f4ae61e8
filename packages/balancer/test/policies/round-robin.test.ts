import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SmoothSchedule } from '../../src/policies/smooth-schedule.ts'
import {
  countBy,
  endpoint,
  endpoints,
  PATIENCE_MS,
  seeded,
  seededPicker,
  weightLists,
} from './support.ts'

/** The largest |n_i(t) - t·w_i/W| over all prefixes t of `picks` picks. */
function worstDeviation(weights: readonly number[], picks: number, seed: number): number {
  const schedule = new SmoothSchedule<number>(seeded(seed))
  weights.forEach((weight, index) => {
    schedule.add(index, weight)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const counts = weights.map(() => 0)
  let worst = 0
  for (let t = 1; t <= picks; t += 1) {
    const picked = schedule.next(() => true)
    if (picked === undefined) return Number.POSITIVE_INFINITY
    counts[picked] = (counts[picked] ?? 0) + 1
    weights.forEach((weight, index) => {
      worst = Math.max(worst, Math.abs((counts[index] ?? 0) - (t * weight) / total))
    })
  }
  return worst
}

describe('SmoothSchedule', () => {
  it(
    'never strays from the exact share by a whole pick, in any prefix',
    () => {
      fc.assert(
        fc.property(weightLists(256, 12), fc.integer(), (weights, seed) => {
          const worst = worstDeviation(weights, 120, seed)
          if (!(worst < 1)) expect(worst).toBeLessThan(1)
        }),
        { numRuns: 10_000 },
      )
    },
    PATIENCE_MS,
  )

  it("keeps the bound where nginx's rule does not", () => {
    const weights = [...Array(8).fill(1), ...Array(4).fill(5), ...Array(3).fill(9), 40]
    expect(worstDeviation(weights, 1_000, 1)).toBeLessThan(1)
  })

  it(
    'keeps the bound over the rebase of its clock',
    () => {
      expect(worstDeviation([3, 7, 11, 256], 60_000, 3)).toBeLessThan(1)
    },
    PATIENCE_MS,
  )

  it(
    'gives equal weights each item once in every n picks',
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (count, seed) => {
          const schedule = new SmoothSchedule<number>(seeded(seed))
          for (let index = 0; index < count; index += 1) schedule.add(index, 3)
          for (let round = 0; round < 4; round += 1) {
            const window = Array.from({ length: count }, () => schedule.next(() => true))
            if (new Set(window).size !== count) expect(new Set(window).size).toBe(count)
          }
        }),
        { numRuns: 1_000 },
      )
    },
    PATIENCE_MS,
  )
})

describe('RoundRobinPicker', () => {
  it('goes on where it was when an endpoint comes: nobody is served twice before the rest', () => {
    const picker = seededPicker('roundRobin', 5)
    const pool = endpoints([1, 1, 1, 1])
    picker.update(pool)
    const firstTwo = [picker.pick()?.id, picker.pick()?.id]
    picker.update([...pool, endpoint('new')])
    const nextThree = Array.from({ length: 3 }, () => picker.pick()?.id)
    expect(new Set([...firstTwo, ...nextThree]).size).toBe(5)
  })

  it(
    'keeps the order of the rest when one leaves',
    () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 2, max: 12 }),
          fc.nat(),
          fc.integer(),
          (count, leaver, seed) => {
            const pool = endpoints(Array(count).fill(1))
            const gone = `instance-${leaver % count}`
            const picker = seededPicker('roundRobin', seed)
            picker.update(pool)
            const before = Array.from({ length: count }, () => picker.pick()?.id)
            picker.update(pool.filter((each) => each.id !== gone))
            const after = Array.from({ length: count - 1 }, () => picker.pick()?.id)
            expect(after).toEqual(before.filter((id) => id !== gone))
          },
        ),
        { numRuns: 2_000 },
      )
    },
    PATIENCE_MS,
  )

  it('gives an endpoint whose weight changed its new share, and the others keep their place', () => {
    const picker = seededPicker('roundRobin')
    picker.update([endpoint('a', 1), endpoint('b', 1)])
    for (let pick = 0; pick < 101; pick += 1) picker.pick()
    picker.update([endpoint('a', 3), endpoint('b', 1)])
    const counts = countBy(Array.from({ length: 400 }, () => picker.pick()?.id))
    expect(Math.abs((counts.get('a') ?? 0) - 300)).toBeLessThanOrEqual(2)
  })

  it('does not begin with the same endpoint in every process', () => {
    const firsts = new Set<string | undefined>()
    for (let seed = 0; seed < 50; seed += 1) {
      const picker = seededPicker('roundRobin', seed)
      picker.update(endpoints([1, 1, 1, 1]))
      firsts.add(picker.pick()?.id)
    }
    expect(firsts.size).toBe(4)
  })
})
