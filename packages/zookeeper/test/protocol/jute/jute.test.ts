import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JuteReader, JuteWriter } from '../../../src/protocol/index.ts'

describe('JuteWriter and JuteReader', () => {
  it('carry every value there and back', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    const text = fc.string({ unit: 'grapheme', maxLength: 80 })
    fc.assert(
      fc.property(
        int32,
        int64,
        fc.boolean(),
        fc.option(text),
        fc.option(fc.uint8Array({ maxLength: 100 })),
        fc.array(text, { maxLength: 10 }),
        (int, long, flag, string, bytes, vector) => {
          const writer = new JuteWriter()
          writer
            .writeInt32(int)
            .writeInt64(long)
            .writeBoolean(flag)
            .writeString(string)
            .writeBuffer(bytes)
            .writeVector(vector, (to, item) => to.writeString(item))
          const reader = new JuteReader(writer.take())
          expect(reader.readInt32()).toBe(int)
          expect(reader.readInt64()).toBe(long)
          expect(reader.readBoolean()).toBe(flag)
          expect(reader.readNullableString()).toBe(string)
          const back = reader.readBuffer()
          expect(back && Array.from(back)).toEqual(bytes && Array.from(bytes))
          expect(reader.readVector((from) => from.readString())).toEqual(vector)
          expect(reader.remaining).toBe(0)
        },
      ),
    )
  })

  it('says truncated for a vector that claims more items than bytes, without allocating them', () => {
    const reader = new JuteReader(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]))
    expect(() => reader.readVector((from) => from.readInt32())).toThrow(
      expect.objectContaining({ code: 'ZK_TRUNCATED' }),
    )
  })

  it('says malformed for a length below -1 and for null where a string must be', () => {
    const malformed = expect.objectContaining({ code: 'ZK_MALFORMED' })
    const minusTwo = Buffer.from([255, 255, 255, 254])
    expect(() => new JuteReader(minusTwo).readBuffer()).toThrow(malformed)
    expect(() => new JuteReader(minusTwo).readNullableString()).toThrow(malformed)
    expect(() => new JuteReader(minusTwo).readVector((from) => from.readInt32())).toThrow(malformed)
    expect(() => new JuteReader(Buffer.from([255, 255, 255, 255])).readString()).toThrow(malformed)
  })

  it('reads a null vector as an empty one, and invalid UTF-8 leniently', () => {
    expect(
      new JuteReader(Buffer.from([255, 255, 255, 255])).readVector((from) => from.readInt32()),
    ).toEqual([])
    expect(new JuteReader(Buffer.from([0, 0, 0, 1, 0xff])).readString()).toBe('\ufffd')
  })

  it('copies what readBuffer gives', () => {
    const source = Buffer.from([0, 0, 0, 1, 42])
    const copy = new JuteReader(source).readBuffer()
    source[4] = 0
    expect(copy?.[0]).toBe(42)
  })

  it('never writes again into what was taken', () => {
    const writer = new JuteWriter()
    const first = writer.writeInt32(1).take()
    const kept = Buffer.from(first)
    for (let i = 0; i < 10_000; i++) writer.writeInt64(BigInt(i))
    const second = writer.take()
    expect(first.equals(kept)).toBe(true)
    expect(second.length).toBe(80_000)
    expect(second.readBigInt64BE(79_992)).toBe(9_999n)
  })

  it('takes back a frame over the limit and leaves the frames before it', () => {
    const writer = new JuteWriter({ maxFrameBytes: 8 })
    const good = writer.beginFrame()
    writer.writeInt32(7)
    writer.endFrame(good)
    const long = writer.beginFrame()
    writer.writeBuffer(Buffer.alloc(100_000))
    expect(() => writer.endFrame(long)).toThrow(
      expect.objectContaining({ code: 'ZK_FRAME_TOO_LONG' }),
    )
    expect([...writer.take()]).toEqual([0, 0, 0, 4, 0, 0, 0, 7])
  })
})
