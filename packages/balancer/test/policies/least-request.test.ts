import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PickerEndpoint } from '../../src/index.ts'
import { endpoint, endpoints, PATIENCE_MS, seededPicker, weightLists } from './support.ts'

describe('LeastRequestPicker', () => {
  it(
    'picks what one more request loads least for its weight, whenever anything is in flight',
    () => {
      fc.assert(
        fc.property(
          weightLists(256, 8),
          fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
          (weights, script) => {
            const picker = seededPicker('leastRequest')
            const pool = endpoints(weights)
            picker.update(pool)
            const inflight = new Map(pool.map((each) => [each.id, 0]))
            const running: PickerEndpoint[] = []
            const load = (each: PickerEndpoint) => ((inflight.get(each.id) ?? 0) + 1) / each.weight
            const change = (each: PickerEndpoint, by: number) =>
              inflight.set(each.id, (inflight.get(each.id) ?? 0) + by)
            for (const step of script) {
              if (step % 3 === 0 && running.length > 0) {
                const [ended] = running.splice(step % running.length, 1)
                if (ended === undefined) continue
                picker.onEnd(ended, { latencyMs: 1, failed: false })
                change(ended, -1)
              } else {
                const picked = picker.pick()
                if (picked === undefined) throw new Error('nothing picked')
                const least = Math.min(...pool.map(load))
                if (running.length > 0 && load(picked) !== least) expect(load(picked)).toBe(least)
                picker.onStart(picked)
                change(picked, 1)
                running.push(picked)
              }
            }
          },
        ),
        { numRuns: 10_000 },
      )
    },
    PATIENCE_MS,
  )

  it('lets equals take turns', () => {
    const picker = seededPicker('leastRequest')
    const pool = endpoints([1, 1, 1, 1])
    picker.update([...pool, endpoint('busy')])
    picker.onStart(endpoint('busy'))
    const picks = Array.from({ length: 8 }, () => picker.pick()?.id)
    expect(new Set(picks.slice(0, 4)).size).toBe(4)
    expect(picks.slice(4)).toEqual(picks.slice(0, 4))
  })

  it('remembers what is in flight over an update, a leave and a return', () => {
    const picker = seededPicker('leastRequest')
    const [a, b] = endpoints([1, 1]) as [PickerEndpoint, PickerEndpoint]
    picker.update([a, b])
    picker.onStart(a)
    picker.onStart(a)
    picker.update([b])
    picker.update([a, b, endpoint('c')])
    picker.onStart(b)
    picker.onStart(endpoint('c'))
    expect(picker.pick()?.id).not.toBe(a.id)
    picker.onEnd(a, { latencyMs: 1, failed: false })
    picker.onEnd(a, { latencyMs: 1, failed: false })
    expect(picker.pick()?.id).toBe(a.id)
  })
})
