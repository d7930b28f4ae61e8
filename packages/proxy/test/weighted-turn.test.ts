import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WeightedTurn } from '../src/weighted-turn.ts'

describe('WeightedTurn', () => {
  it('has nothing to give without weights', () => {
    expect(new WeightedTurn([]).next()).toBeUndefined()
    expect(new WeightedTurn([{ item: 'a', weight: 0 }]).next()).toBeUndefined()
  })

  it('puts nobody a whole turn ahead, and is exact after a cycle', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(weights, (w) => {
        const total = w.reduce((a, b) => a + b, 0)
        fc.pre(total > 0)
        const turn = new WeightedTurn(w.map((weight, item) => ({ item, weight })))
        const counts = w.map(() => 0)
        for (let t = 1; t <= total; t++) {
          const item = turn.next() ?? -1
          const count = (counts[item] ?? 0) + 1
          counts[item] = count
          expect(count - (t * (w[item] ?? 0)) / total).toBeLessThan(1)
        }
        expect(counts).toEqual(w)
      }),
    )
  })
})
