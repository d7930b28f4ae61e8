import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countBy, endpoints, PATIENCE_MS, seededPicker, weightLists } from './support.ts'

const keys = Array.from({ length: 16 }, (_, index) => `203.0.113.${index}`)

function owners(pool: ReturnType<typeof endpoints>): (string | undefined)[] {
  const picker = seededPicker('consistentHash')
  picker.update(pool)
  return keys.map((hashKey) => picker.pick({ hashKey })?.id)
}

describe('ConsistentHashPicker', () => {
  it(
    'moves only the keys of the one that leaves, and gives them back when it returns',
    () => {
      fc.assert(
        fc.property(weightLists(256, 12), fc.nat(), (weights, leaver) => {
          const pool = endpoints([...weights, 1])
          const gone = `instance-${leaver % pool.length}`
          const picker = seededPicker('consistentHash')
          const ownersNow = () => keys.map((hashKey) => picker.pick({ hashKey })?.id)
          picker.update(pool)
          const before = ownersNow()
          picker.update(pool.filter((each) => each.id !== gone))
          const wrong = ownersNow().filter((id, index) =>
            before[index] === gone ? id === gone : id !== before[index],
          )
          expect(wrong).toEqual([])
          picker.update(pool)
          expect(ownersNow()).toEqual(before)
        }),
        { numRuns: 2_000 },
      )
    },
    PATIENCE_MS,
  )

  it(
    'does not depend on the order of the list',
    () => {
      fc.assert(
        fc.property(weightLists(256, 12), (weights) => {
          const pool = endpoints(weights)
          expect(owners(pool.toReversed())).toEqual(owners(pool))
        }),
        { numRuns: 700 },
      )
    },
    PATIENCE_MS,
  )

  it(
    'a heavier weight takes keys and loses none',
    () => {
      fc.assert(
        fc.property(weightLists(100, 10), fc.nat(), (weights, chosen) => {
          const grown = chosen % weights.length
          const before = owners(endpoints(weights))
          const after = owners(endpoints(weights.map((w, index) => (index === grown ? w * 2 : w))))
          const moved = after.filter((id, index) => id !== before[index])
          expect(moved.filter((id) => id !== `instance-${grown}`)).toEqual([])
        }),
        { numRuns: 700 },
      )
    },
    PATIENCE_MS,
  )

  it(
    'is even: of 100 equal endpoints none owns more than 1.25 of its share of 50,000 keys',
    () => {
      const picker = seededPicker('consistentHash')
      picker.update(endpoints(Array(100).fill(1)))
      const counts = countBy(
        Array.from(
          { length: 50_000 },
          (_, index) => picker.pick({ hashKey: `client-${index}` })?.id,
        ),
      )
      expect(counts.size).toBe(100)
      expect(Math.max(...counts.values())).toBeLessThan(625)
    },
    PATIENCE_MS,
  )

  it('sends the keys of an excluded endpoint where they would go if it had left', () => {
    const pool = endpoints([1, 2, 3, 4])
    const without = owners(pool.slice(1))
    const picker = seededPicker('consistentHash')
    picker.update(pool)
    const excluded = new Set(['instance-0'])
    expect(keys.map((hashKey) => picker.pick({ hashKey, excluded })?.id)).toEqual(without)
  })

  it('keeps its answers from one release to the next', () => {
    expect(owners(endpoints([1, 1, 2])).slice(0, 8)).toMatchInlineSnapshot(`
      [
        "instance-0",
        "instance-1",
        "instance-1",
        "instance-2",
        "instance-2",
        "instance-1",
        "instance-1",
        "instance-2",
      ]
    `)
  })
})
