import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPicker, type PickerAlgorithm, type PickerEndpoint } from '../../src/index.ts'
import { IndexedHeap } from '../../src/policies/indexed-heap.ts'
import { WeightedSampler } from '../../src/policies/weighted-sampler.ts'
import { countBy, endpoints, PATIENCE_MS, seeded, weightLists } from './support.ts'

describe('WeightedSampler', () => {
  it(
    'gives every index exactly its share: the table, summed, is the weights',
    () => {
      fc.assert(
        fc.property(weightLists(256, 6), (weights) => {
          const sampler = new WeightedSampler(weights)
          const total = weights.reduce((sum, weight) => sum + weight, 0)
          const steps = weights.length * 512
          const counts = weights.map(() => 0)
          // Sweeping the unit interval evenly measures the exact area of each index.
          for (let step = 0; step < steps; step += 1) {
            const index = sampler.draw(() => (step + 0.5) / steps)
            counts[index] = (counts[index] ?? 0) + 1
          }
          weights.forEach((weight, index) => {
            const error = Math.abs((counts[index] ?? 0) / steps - weight / total)
            expect(error).toBeLessThan((weights.length + 1) / steps)
          })
        }),
        { numRuns: 500 },
      )
    },
    PATIENCE_MS,
  )
})

describe('IndexedHeap', () => {
  it(
    'gives out the smallest key after any pushes, changes and removals',
    () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(), fc.nat(50))), (script) => {
          const heap = new IndexedHeap<{ key: number; position: number }>((a, b) => a.key < b.key)
          const items: { key: number; position: number }[] = []
          for (const [action, which, key] of script) {
            const item = items[which % Math.max(1, items.length)]
            if (action < 2 || item === undefined) {
              const added = { key, position: -1 }
              items.push(added)
              heap.push(added)
            } else if (action === 2) {
              item.key = key
              heap.moved(item)
            } else {
              heap.remove(item)
              items.splice(items.indexOf(item), 1)
              expect(heap.has(item)).toBe(false)
            }
            const least =
              items.length === 0 ? undefined : Math.min(...items.map((each) => each.key))
            if (heap.size !== items.length || heap.top?.key !== least) expect(heap.top).toBe(least)
          }
        }),
        { numRuns: 10_000 },
      )
    },
    PATIENCE_MS,
  )
})

/** An open loop over simulated hosts of one worker each: the share of requests that each host got. */
function simulate(algorithm: PickerAlgorithm, serviceMs: readonly number[], requests: number) {
  const random = seeded(11)
  let nowMs = 0
  const picker = createPicker<PickerEndpoint>(algorithm, { random, nowMs: () => nowMs })
  const pool = endpoints(serviceMs.map(() => 1))
  picker.update(pool)
  const freeAtMs = new Map(pool.map((each) => [each.id, 0]))
  const meanGapMs = (serviceMs[1] ?? 1) / serviceMs.length / 0.6
  const running: { endMs: number; startMs: number; endpoint: PickerEndpoint }[] = []
  const picked: string[] = []
  for (let request = 0; request < requests; request += 1) {
    nowMs += -Math.log(1 - random()) * meanGapMs
    for (const done of running.filter((each) => each.endMs <= nowMs)) {
      running.splice(running.indexOf(done), 1)
      picker.onEnd(done.endpoint, { latencyMs: done.endMs - done.startMs, failed: false })
    }
    const chosen = picker.pick()
    if (chosen === undefined) throw new Error('nothing picked')
    picker.onStart(chosen)
    picked.push(chosen.id)
    const mean = serviceMs[pool.indexOf(chosen)] ?? 1
    const startMs = Math.max(nowMs, freeAtMs.get(chosen.id) ?? 0)
    const endMs = startMs - Math.log(1 - random()) * mean
    freeAtMs.set(chosen.id, endMs)
    running.push({ endMs, startMs: nowMs, endpoint: chosen })
  }
  return countBy(picked)
}

describe('one slow host of twenty, ten times slower', () => {
  const serviceMs = [100, ...Array(19).fill(10)]
  const requests = 20_000
  const slowShare = (algorithm: PickerAlgorithm) =>
    (simulate(algorithm, serviceMs, requests).get('instance-0') ?? 0) / requests

  it('peakEWMA leaves it almost alone', () => {
    expect(slowShare('peakEWMA')).toBeLessThan(0.01)
  })

  it('leastRequest and powerOfTwoChoices give it little', () => {
    expect(slowShare('leastRequest')).toBeLessThan(0.02)
    expect(slowShare('powerOfTwoChoices')).toBeLessThan(0.02)
  })

  it('roundRobin is blind to it', () => {
    expect(slowShare('roundRobin')).toBeCloseTo(0.05, 3)
  })
})

describe('PeakEwmaPicker', () => {
  const outcome = (latencyMs: number, failed = false) => ({ latencyMs, failed })

  it('leaves an endpoint that fails fast, and tries it again when time has passed', () => {
    let nowMs = 0
    const picker = createPicker<PickerEndpoint>('peakEWMA', {
      random: seeded(2),
      nowMs: () => nowMs,
    })
    const [failing, slow] = endpoints([1, 1]) as [PickerEndpoint, PickerEndpoint]
    picker.update([failing, slow])
    for (const [each, result] of [
      [failing, outcome(1, true)],
      [slow, outcome(50)],
    ] as const) {
      picker.onStart(each)
      picker.onEnd(each, result)
    }
    for (let pick = 0; pick < 100; pick += 1) expect(picker.pick()).toBe(slow)
    // Requests go on to the other one while the failure fades.
    const tried = new Set<string | undefined>()
    for (; nowMs < 60_000; nowMs += 100) {
      const picked = picker.pick()
      tried.add(picked?.id)
      picker.onStart(slow)
      picker.onEnd(slow, outcome(50))
    }
    expect(tried).toEqual(new Set([slow.id, failing.id]))
  })

  it('gives an endpoint without a history its first request, and only one until it answers', () => {
    const picker = createPicker<PickerEndpoint>('peakEWMA', { random: seeded(2), nowMs: () => 0 })
    const [known, fresh] = endpoints([1, 1]) as [PickerEndpoint, PickerEndpoint]
    picker.update([known, fresh])
    picker.onStart(known)
    picker.onEnd(known, outcome(5))
    expect(picker.pick()).toBe(fresh)
    picker.onStart(fresh)
    expect(picker.pick()).toBe(known)
  })
})
