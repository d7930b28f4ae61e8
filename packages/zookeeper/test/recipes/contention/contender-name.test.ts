import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  compareSequences,
  protectedName,
  protection,
  sequenceOf,
  sortContenders,
} from '../../../src/recipes/contention/contender-name.ts'

/** Java's %010d. */
function format(sequence: number): string {
  const digits = String(Math.abs(sequence))
  return sequence < 0 ? `-${digits.padStart(9, '0')}` : digits.padStart(10, '0')
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const prefix = fc.constantFrom('lock-', 'latch-', 'lease-', '__READ__', '__WRIT__', '__lock__')

it('reads back every number that a server can write', () => {
  fc.assert(
    fc.property(fc.uuid(), prefix, int32, (guid, word, sequence) => {
      const name = protectedName(guid, word) + format(sequence)
      expect(sequenceOf(name)).toBe(sequence)
      expect(name.startsWith(protection(guid))).toBe(true)
    }),
  )
})

it.each(['', 'lock', 'lock-', 'lock-123', 'lock-00000000001x', 'config'])(
  'takes %j for no contender',
  (name) => expect(sequenceOf(name)).toBeUndefined(),
)

it('sorts by age, over the end of the int32, whatever the names begin with', () => {
  const ages = fc.uniqueArray(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 20 })
  fc.assert(
    fc.property(
      int32,
      ages,
      fc.infiniteStream(prefix),
      fc.infiniteStream(fc.uuid()),
      (start, ages, words, guids) => {
        const nameOf = (age: number) => {
          const word = words.next().value
          return protectedName(guids.next().value, word) + format((start + age) | 0)
        }
        const names = new Map(ages.map((age) => [age, nameOf(age)]))
        const sorted = sortContenders([...names.values(), 'config'])
        const inOrder = [...ages].sort((a, b) => a - b).map((age) => names.get(age))
        expect(sorted.map(({ name }) => name)).toEqual(inOrder)
      },
    ),
  )
})

it('puts -2147483648 behind 2147483647', () => {
  expect(compareSequences(2_147_483_647, -2_147_483_648)).toBeLessThan(0)
  expect(compareSequences(-1, 0)).toBeLessThan(0)
  expect(compareSequences(7, 7)).toBe(0)
})
