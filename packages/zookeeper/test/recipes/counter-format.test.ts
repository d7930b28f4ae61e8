import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type CounterFormat,
  decodeCounter,
  encodeCounter,
  toCount,
} from '../../src/recipes/counter-format.ts'

const formats: readonly CounterFormat[] = ['decimal', 'int64', 'int32']

it('reads back what it wrote', () => {
  const value = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  fc.assert(
    fc.property(value, fc.constantFrom(...formats), (wide, format) => {
      const fitting = format === 'int32' ? BigInt.asIntN(32, wide) : wide
      expect(decodeCounter(encodeCounter(fitting, format), format, '/c')).toBe(fitting)
    }),
  )
})

it('writes as kazoo and Curator do', () => {
  expect(encodeCounter(-12n, 'decimal').toString()).toBe('-12')
  expect(encodeCounter(258n, 'int64').toString('hex')).toBe('0000000000000102')
  expect(encodeCounter(-1n, 'int32').toString('hex')).toBe('ffffffff')
})

it('refuses numbers that do not fit', () => {
  for (const value of [2n ** 63n, -(2n ** 63n) - 1n]) {
    expect(() => encodeCounter(value, 'decimal')).toThrow(/does not fit/)
    expect(() => encodeCounter(value, 'int64')).toThrow(/does not fit/)
  }
  expect(() => encodeCounter(2n ** 31n, 'int32')).toThrow(/does not fit/)
})

it('takes no data for no number yet, and refuses any other data with a typed error', () => {
  for (const format of formats) {
    expect(decodeCounter(null, format, '/c')).toBeUndefined()
    expect(decodeCounter(Buffer.alloc(0), format, '/c')).toBeUndefined()
  }
  for (const text of ['1.5', ' 1', '+1', '0x10', '9223372036854775808', 'x'.repeat(1_000)]) {
    expect(() => decodeCounter(Buffer.from(text), 'decimal', '/c')).toThrow(
      expect.objectContaining({ code: 'ZK_SERIALIZATION', path: '/c' }),
    )
  }
  expect(() => decodeCounter(Buffer.alloc(7), 'int64', '/c')).toThrow(/7 bytes .* of \/c/)
})

it('takes whole numbers only', () => {
  expect([toCount(-3), toCount(4n)]).toEqual([-3n, 4n])
  for (const value of [1.5, Number.NaN, Infinity, 2 ** 53]) {
    expect(() => toCount(value)).toThrow(expect.objectContaining({ code: 'ZK_INVALID_OPTION' }))
  }
})
