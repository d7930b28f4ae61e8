import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeFileHeader,
  encodeFileHeader,
  encodeRecord,
  hasUnwrittenSector,
  scanRecords,
} from '../../src/storage/record.ts'

const SALT = 0x1234_5678

function file(payloads: readonly Buffer[]): { bytes: Buffer; ends: number[] } {
  const parts = [encodeFileHeader('ZGWTLOG1', SALT)]
  const ends: number[] = []
  for (const payload of payloads) {
    parts.push(...encodeRecord([payload], SALT))
    ends.push(parts.reduce((bytes, part) => bytes + part.length, 0))
  }
  return { bytes: Buffer.concat(parts), ends }
}

const text = (payloads: readonly Buffer[]) => payloads.map((payload) => payload.toString('hex'))
const payloads = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  { minLength: 1, maxLength: 6 },
)

describe('scanRecords', () => {
  it('reads back what was written, in one part or in many', () => {
    fc.assert(
      fc.property(payloads, (values) => {
        const { bytes } = file(values)
        expect(scanRecords(bytes, SALT)).toMatchObject({ tail: 'clean', end: bytes.length })
        expect(text(scanRecords(bytes, SALT).payloads)).toEqual(text(values))
        const inParts = Buffer.concat(encodeRecord(values, SALT))
        expect(inParts).toEqual(Buffer.concat(encodeRecord([Buffer.concat(values)], SALT)))
      }),
    )
  })

  it('takes a file cut anywhere for one with a torn end, and loses no whole record', () => {
    fc.assert(
      fc.property(payloads, (values) => {
        const { bytes, ends } = file(values)
        for (let length = 16; length < bytes.length; length++) {
          const scan = scanRecords(bytes.subarray(0, length), SALT)
          const whole = ends.filter((end) => end <= length).length
          expect(text(scan.payloads)).toEqual(text(values.slice(0, whole)))
          expect(scan.tail).toBe(ends.includes(length) || length === 16 ? 'clean' : 'torn')
        }
      }),
      { numRuns: 30 },
    )
  })

  it('calls a changed byte corruption, wherever it is, and hands out nothing behind it', () => {
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 255 }), (values, flip) => {
        const { bytes, ends } = file(values)
        for (let at = 16; at < bytes.length; at++) {
          const damaged = Buffer.from(bytes)
          damaged[at] = (damaged[at] ?? 0) ^ flip
          const scan = scanRecords(damaged, SALT)
          const before = ends.filter((end) => end <= at).length
          expect(text(scan.payloads)).toEqual(text(values.slice(0, before)))
          expect(scan.tail).toBe('corrupt')
        }
      }),
      { numRuns: 20 },
    )
  })

  it('takes a sector that was never written for a torn end, but not with a whole record behind it', () => {
    const values = [Buffer.from('first'), Buffer.alloc(4_000, 1), Buffer.from('last')]
    const { bytes, ends } = file(values)
    const holed = Buffer.from(bytes)
    holed.fill(0, 1024, 1536)
    expect(scanRecords(holed, SALT).tail).toBe('corrupt')
    expect(scanRecords(holed.subarray(0, ends[1]), SALT)).toMatchObject({
      tail: 'torn',
      end: ends[0],
    })
  })

  it('does not take a value for a record, however much it looks like one', () => {
    const forged = Buffer.concat(encodeRecord([Buffer.from('forged')], 0))
    const { bytes, ends } = file([Buffer.from('first'), forged])
    const torn = Buffer.from(bytes.subarray(0, -1))
    expect(scanRecords(torn, SALT)).toMatchObject({ tail: 'torn', end: ends[0] })
  })
})

describe('the header of a file', () => {
  it('is known by its kind, its salt and its checksum', () => {
    const header = encodeFileHeader('ZGSNAPS1', SALT)
    expect(decodeFileHeader(header, 'ZGSNAPS1')).toBe(SALT)
    expect(decodeFileHeader(header, 'ZGWTLOG1')).toBeUndefined()
    expect(decodeFileHeader(header.subarray(0, 15), 'ZGSNAPS1')).toBeUndefined()
    for (let at = 0; at < header.length; at++) {
      const damaged = Buffer.from(header)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      expect(decodeFileHeader(damaged, 'ZGSNAPS1')).toBeUndefined()
    }
  })
})

describe('hasUnwrittenSector', () => {
  it('looks at sectors of the file, not of the rest', () => {
    const bytes = Buffer.alloc(1536, 1)
    expect(hasUnwrittenSector(bytes, 0)).toBe(false)
    bytes.fill(0, 500, 1000)
    expect(hasUnwrittenSector(bytes, 0)).toBe(false)
    bytes.fill(0, 512, 1024)
    expect(hasUnwrittenSector(bytes, 0)).toBe(true)
    expect(hasUnwrittenSector(bytes, 1024)).toBe(false)
  })
})
