import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatSize, parseSize, sizeBytes } from '../../../src/model/values/size.ts'

it.each([
  ['0B', 0],
  ['512B', 512],
  ['16KiB', 16_384],
  ['10MiB', 10_485_760],
  ['2GiB', 2_147_483_648],
  ['1TiB', 1_099_511_627_776],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

it.each(['', '1', 'KiB', '1K', '1KB', '1Ki', '1.5MiB', '-1B', '1 KiB', '1kib', '1234567B', '1B '])(
  '%j is no size',
  (text) => {
    expect(parseSize(text)).toBeUndefined()
    expect(() => sizeBytes(text)).toThrow(TypeError)
  },
)

it('is written in the largest unit that holds it whole, and read back', () => {
  expect(formatSize(1000)).toBe('1000B')
  expect(formatSize(1536)).toBe('1536B')
  expect(formatSize(1024 * 1024)).toBe('1MiB')
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999_999 }),
      fc.constantFrom(1, 1024, 1024 ** 3),
      (n, unit) => {
        expect(parseSize(formatSize(n * unit))).toBe(n * unit)
      },
    ),
  )
})
