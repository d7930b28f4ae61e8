import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ContenderName } from '../../../src/recipes/contention/contender-name.ts'
import { exclusiveTurn, placesTurn, sharedTurn } from '../../../src/recipes/contention/turn.ts'

const names = fc.array(fc.constantFrom('__READ__', '__rlock__', '__WRIT__', '__lock__', 'lock-'), {
  minLength: 1,
  maxLength: 12,
})

function queueOf(words: readonly string[]): ContenderName[] {
  return words.map((word, sequence) => ({ name: `_c_x-${word}${sequence}`, sequence }))
}

const isReader = ({ name }: ContenderName) => /__READ__|__rlock__/.test(name)

/** Those whose turn it is, each by the rule of its kind. */
function inside(queue: readonly ContenderName[]): ContenderName[] {
  return queue.filter((one, index) => {
    const rule = isReader(one) ? sharedTurn : exclusiveTurn
    return rule(queue, index) === undefined
  })
}

it('lets in one writer or a row of readers, and always somebody', () => {
  fc.assert(
    fc.property(names, (words) => {
      const queue = queueOf(words)
      const row = queue.findIndex((one) => !isReader(one))
      const readers = row < 0 ? queue : queue.slice(0, row)
      expect(inside(queue)).toEqual(readers.length > 0 ? readers : queue.slice(0, 1))
    }),
  )
})

it('waits for nobody who is behind, and lets everybody in once those before are gone', () => {
  fc.assert(
    fc.property(names, (words) => {
      let queue = queueOf(words)
      for (const [index, one] of queue.entries()) {
        const ahead = (isReader(one) ? sharedTurn : exclusiveTurn)(queue, index)
        if (ahead !== undefined) expect(ahead.sequence).toBeLessThan(one.sequence)
      }
      const served: number[] = []
      while (queue.length > 0) {
        const now = inside(queue)
        served.push(...now.map(({ sequence }) => sequence))
        queue = queue.filter((one) => !now.includes(one))
      }
      expect(served).toEqual(words.map((_, sequence) => sequence))
    }),
  )
})

it('gives out so many places, to the first', () => {
  const queue = queueOf(['lease-', 'lease-', 'lease-', 'lease-'])
  const rule = placesTurn(2)
  expect(queue.map((_, index) => rule(queue, index)?.sequence)).toEqual([
    undefined,
    undefined,
    1,
    2,
  ])
})
