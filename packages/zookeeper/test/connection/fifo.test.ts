import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fifo } from '../../src/connection/fifo.ts'

it('behaves as an array does, however long it gets', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -700, max: 900 }), { maxLength: 20 }), (moves) => {
      const fifo = new Fifo<number>()
      const model: number[] = []
      let next = 0
      for (const move of moves) {
        for (let i = 0; i < move; i++) {
          fifo.push(next)
          model.push(next++)
        }
        for (let i = 0; i > move; i--) expect(fifo.shift()).toBe(model.shift())
        expect(fifo.length).toBe(model.length)
        expect(fifo.peek()).toBe(model[0])
      }
      expect(fifo.drain()).toEqual(model)
      expect(fifo.length).toBe(0)
    }),
    { numRuns: 20 },
  )
})

it('keeps what is wanted, in its order', () => {
  const fifo = new Fifo<number>()
  for (let i = 0; i < 10; i++) fifo.push(i)
  fifo.shift()
  fifo.keep((item) => item % 2 === 0)
  expect(fifo.drain()).toEqual([2, 4, 6, 8])
})
