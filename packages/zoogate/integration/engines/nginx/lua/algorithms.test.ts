import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missing } from '../../../../../../test/support/requirements.ts'
import type { Algorithm, Endpoint } from '../../../../src/model/view/view.ts'
import { endpointOf } from '../../../../test/engines/support/views.ts'
import { type Picking, put, remove, startPicking } from './picking.ts'

const COUNT = 10_000

/** A right sampler is outside of this once in some million times: five standard deviations. */
function chanceBounds(share: number): readonly [number, number] {
  const deviation = Math.sqrt(COUNT * share * (1 - share))
  return [COUNT * share - 5 * deviation, COUNT * share + 5 * deviation]
}

function endpoints(count: number, weightOf: (index: number) => number = () => 1): Endpoint[] {
  return Array.from({ length: count }, (_, index) =>
    endpointOf(`e${String(index).padStart(5, '0')}`, 80, { weight: weightOf(index) }),
  )
}

function counted(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

describe.skipIf(missing('nginx-lua') !== undefined)('algorithms in Lua', () => {
  let picking: Picking
  beforeAll(async () => {
    picking = await startPicking()
  })
  afterAll(() => picking[Symbol.asyncDispose]())

  const pick = async (pool: readonly Endpoint[], algorithm: Algorithm, count = COUNT) =>
    (await picking.pick([pool.map((each) => put(each))], { algorithm, count })).ids

  test('round robin: every turn of the wheel gives each endpoint its weight exactly', async () => {
    const pool = endpoints(20, (index) => 1 + (index % 4))
    const turn = pool.reduce((sum, { weight }) => sum + weight, 0)
    const ids = await pick(pool, 'roundRobin')
    for (let start = 0; start + turn <= COUNT; start += turn) {
      const counts = counted(ids.slice(start, start + turn))
      expect(pool.every(({ id, weight }) => counts.get(id) === weight)).toBe(true)
    }
  })

  test('round robin: a heavy endpoint’s turns are spread evenly', async () => {
    const pool = endpoints(5, (index) => (index === 0 ? 96 : 1))
    const ids = await pick(pool, 'roundRobin', 1_000)
    const others = ids.flatMap((id, index) => (id === 'e00000' ? [] : [index]))
    // Each 25th is another's; on a wheel that was gone round in order, four would follow each other.
    const gaps = others.slice(1).map((at, index) => at - (others[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(5)
  })

  test.each<Algorithm>(['random', 'powerOfTwoChoices', 'leastRequest', 'peakEWMA'])(
    '%s: endpoints that are all idle have requests by their weights',
    async (algorithm) => {
      const pool = endpoints(20, (index) => 1 + (index % 4))
      const sum = pool.reduce((total, { weight }) => total + weight, 0)
      const counts = counted(await pick(pool, algorithm))
      for (const { id, weight } of pool) {
        const [low, high] = chanceBounds(weight / sum)
        expect(counts.get(id)).toBeGreaterThan(low)
        expect(counts.get(id)).toBeLessThan(high)
      }
    },
  )

  test('10,000 endpoints: each has its turn, and a draw reaches as many as chance has it', async () => {
    const pool = endpoints(10_000)
    expect(counted(await pick(pool, 'roundRobin')).size).toBe(10_000)
    // 1 - 1/e of them are meant, with a standard deviation of 31.
    const drawn = counted(await pick(pool, 'random')).size
    expect(Math.abs(drawn - 6_321)).toBeLessThan(200)
    expect(counted(await pick(pool, 'consistentHash')).size).toBeGreaterThan(5_900)
  })

  test('draining, down and weight 0 are picked by nobody', async () => {
    const pool = [
      ...endpoints(3),
      endpointOf('draining', 80, { state: 'draining' }),
      endpointOf('down', 80, { state: 'down' }),
      endpointOf('zero', 80, { weight: 0 }),
    ]
    for (const algorithm of ['roundRobin', 'random', 'leastRequest', 'consistentHash'] as const) {
      const ids = [...counted(await pick(pool, algorithm, 1_000)).keys()].sort()
      expect(ids).toEqual(['e00000', 'e00001', 'e00002'])
    }
  })

  test('consistent hash: keys go by the weights', async () => {
    const pool = endpoints(10, (index) => (index < 5 ? 1 : 3))
    const counts = counted(await pick(pool, 'consistentHash'))
    const light = pool.slice(0, 5).reduce((sum, { id }) => sum + (counts.get(id) ?? 0), 0)
    // A quarter is meant. The ring's arcs differ by 8 % each: 3.5 % for the sum of five.
    expect(light / COUNT).toBeGreaterThan(0.25 * 0.8)
    expect(light / COUNT).toBeLessThan(0.25 * 1.2)
  })

  test.each([3, 10, 100])(
    'consistent hash: one of %i that leaves moves its own keys and no others, 1.3/n at most',
    async (count) => {
      const pool = endpoints(count)
      const all = await pick(pool, 'consistentHash')
      const leaving = pool[Math.floor(count / 2)]?.id ?? ''
      const without = await pick(
        pool.filter(({ id }) => id !== leaving),
        'consistentHash',
      )
      const moved = all.filter((id, index) => id !== without[index])
      expect(new Set(moved)).toEqual(new Set([leaving]))
      expect(moved.length / COUNT).toBeLessThan(1.3 / count)
    },
  )

  test('consistent hash: the way to a pool does not count, only what is in it', async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(fc.array(ids, { minLength: 1, maxLength: 4 }), async (pools) => {
        const all = endpoints(31)
        const steps = pools.map((wanted, step) => [
          ...wanted.flatMap((index) => all.slice(index, index + 1).map((each) => put(each))),
          ...(pools[step - 1] ?? [])
            .filter((index) => !wanted.includes(index))
            .flatMap((index) => all.slice(index, index + 1).map(({ id }) => remove(id))),
        ])
        const options = { algorithm: 'consistentHash', count: 300 } as const
        const { ids: stepwise } = await picking.pick(steps, options)
        const last = (pools.at(-1) ?? []).flatMap((index) => all.slice(index, index + 1))
        const { ids: atOnce } = await picking.pick([last.map((each) => put(each))], options)
        expect(stepwise).toEqual(atOnce)
      }),
      { numRuns: 30 },
    )
  })

  test('slow start: the share grows with the time, from next to nothing to its own', async () => {
    const nowMs = Date.now()
    const pool = [put(endpointOf('old', 80)), put(endpointOf('new', 80), nowMs)]
    const shareAfter = async (laterMs: number, algorithm: Algorithm) => {
      const options = { algorithm, count: COUNT, slowStartMs: 100_000, laterMs }
      const counts = counted((await picking.pick([pool], options)).ids)
      return (counts.get('new') ?? 0) / (counts.get('old') ?? 1)
    }
    for (const algorithm of ['roundRobin', 'random', 'consistentHash'] as const) {
      expect(await shareAfter(0, algorithm)).toBeLessThan(0.06)
      const half = await shareAfter(50_000, algorithm)
      expect(half).toBeGreaterThan(0.35)
      expect(half).toBeLessThan(0.65)
      expect(await shareAfter(100_000, algorithm)).toBeGreaterThan(0.7)
    }
  })
})
