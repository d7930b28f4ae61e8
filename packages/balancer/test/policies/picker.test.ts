import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PickerEndpoint } from '../../src/index.ts'
import { ALGORITHMS, countBy, endpoint, endpoints, PATIENCE_MS, seededPicker } from './support.ts'

const anyEndpoint: fc.Arbitrary<PickerEndpoint> = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  weight: fc.oneof(
    fc.integer({ min: 0, max: 256 }),
    fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY),
  ),
  state: fc.constantFrom('up', 'draining', 'down'),
})

type Step =
  | { readonly do: 'update'; readonly endpoints: readonly PickerEndpoint[] }
  | { readonly do: 'pick'; readonly excluded: readonly string[]; readonly hashKey: string }
  | { readonly do: 'end'; readonly index: number; readonly latencyMs: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      endpoints: fc.array(anyEndpoint, { maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pick' as const),
      excluded: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
      hashKey: fc.string({ maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      index: fc.nat(),
      latencyMs: fc.oneof(fc.nat(1_000), fc.constant(Number.NaN)),
    }),
  },
)

describe.each(ALGORITHMS)('every picker: %s', (algorithm) => {
  it(
    'gives only endpoints of the newest set that take requests, and one whenever there is one',
    () => {
      fc.assert(
        fc.property(fc.array(anyStep, { maxLength: 30 }), fc.integer(), (steps, seed) => {
          const picker = seededPicker(algorithm, seed)
          let newest: readonly PickerEndpoint[] = []
          const inflight: PickerEndpoint[] = []
          for (const step of steps) {
            if (step.do === 'update') {
              // The first of two with the same id counts.
              const byId = new Map(step.endpoints.toReversed().map((each) => [each.id, each]))
              newest = [...byId.values()]
              picker.update(step.endpoints)
            } else if (step.do === 'pick') {
              const excluded = new Set(step.excluded)
              const allowed = newest.filter(
                (each) =>
                  each.state === 'up' &&
                  each.weight > 0 &&
                  Number.isFinite(each.weight) &&
                  !excluded.has(each.id),
              )
              const picked = picker.pick({ excluded, hashKey: step.hashKey })
              if (picked === undefined) {
                if (allowed.length > 0) expect(allowed).toEqual([])
                continue
              }
              if (!allowed.includes(picked)) expect(allowed).toContain(picked)
              picker.onStart(picked)
              inflight.push(picked)
            } else {
              const [ended] = inflight.splice(step.index % Math.max(1, inflight.length), 1)
              if (ended !== undefined)
                picker.onEnd(ended, { latencyMs: step.latencyMs, failed: step.index % 2 === 0 })
            }
          }
        }),
        { numRuns: 1_000 },
      )
    },
    PATIENCE_MS,
  )

  it('has nothing to give before the first update, or after an empty one', () => {
    const picker = seededPicker(algorithm)
    expect(picker.pick()).toBeUndefined()
    picker.update([endpoint('a')])
    expect(picker.pick()?.id).toBe('a')
    picker.update([])
    expect(picker.pick({ hashKey: 'k' })).toBeUndefined()
  })

  it('hands out the newest object of an endpoint', () => {
    const picker = seededPicker(algorithm)
    picker.update([endpoint('a', 1)])
    const newer = endpoint('a', 1)
    picker.update([newer])
    expect(picker.pick()).toBe(newer)
  })

  it(
    'shares an idle pool by weight',
    () => {
      const picker = seededPicker(algorithm, 7)
      const pool = endpoints([1, 2, 5])
      picker.update(pool)
      const picks = 40_000
      const counts = countBy(
        Array.from({ length: picks }, (_, index) => {
          const picked = picker.pick({ hashKey: `key-${index}` })
          if (picked === undefined) return undefined
          picker.onStart(picked)
          picker.onEnd(picked, { latencyMs: 5, failed: false })
          return picked.id
        }),
      )
      for (const { id, weight } of pool) {
        expect(Math.abs((counts.get(id) ?? 0) / picks - weight / 8)).toBeLessThan(0.02)
      }
    },
    PATIENCE_MS,
  )

  it('ignores an end without a start, and the end of an endpoint that was never there', () => {
    const picker = seededPicker(algorithm)
    const [a, b] = endpoints([1, 1]) as [PickerEndpoint, PickerEndpoint]
    picker.update([a, b])
    picker.onEnd(a, { latencyMs: 1, failed: false })
    picker.onEnd(endpoint('stranger'), { latencyMs: 1, failed: true })
    picker.onStart(endpoint('stranger'))
    const counts = countBy(
      Array.from({ length: 1_000 }, (_, index) => picker.pick({ hashKey: `${index}` })?.id),
    )
    expect(counts.get(a.id)).toBeGreaterThan(300)
    expect(counts.get(b.id)).toBeGreaterThan(300)
  })
})
