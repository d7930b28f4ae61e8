import fc from 'fast-check'
import { expect, it } from 'vitest'
import { entryPrefix, firstEntries, parseEntryName } from '../../src/recipes/queue-entry.ts'

const nameOf = (priority: number, sequence: number) => {
  const digits = String(Math.abs(sequence)).padStart(sequence < 0 ? 9 : 10, '0')
  return `${entryPrefix(priority)}${sequence < 0 ? '-' : ''}${digits}`
}

it('reads the names that it writes, and takes no other for its own', () => {
  const sequence = fc.oneof(fc.nat(2 ** 31 - 1), fc.integer({ min: -(2 ** 31), max: -(10 ** 9) }))
  fc.assert(
    fc.property(fc.nat(999), sequence, (priority, number) => {
      const name = `${entryPrefix(priority)}${String(number).padStart(10, '0')}`
      expect(parseEntryName(name)).toEqual({ name, priority, sequence: number })
    }),
  )
  for (const name of ['', 'entry', 'entry-1-0000000001', 'lock-100-0000000001', 'entry-100-1x']) {
    expect(parseEntryName(name)).toBeUndefined()
  }
})

it('gives the first free ones by priority and number, past the end of 31 bits too', () => {
  const names = [
    nameOf(100, -2_147_483_648),
    nameOf(100, 2_147_483_647),
    nameOf(100, 7),
    nameOf(5, 9),
    nameOf(5, 8),
    'stranger',
  ]
  const taken = new Set([nameOf(5, 8)])
  const order = firstEntries(names, taken, 10).map(({ name }) => name)
  expect(order).toEqual([
    nameOf(5, 9),
    nameOf(100, 7),
    nameOf(100, 2_147_483_647),
    nameOf(100, -2_147_483_648),
  ])
  expect(firstEntries(names, taken, 1)).toHaveLength(1)
})
