import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameDecoder, JuteWriter } from '../../../src/protocol/index.ts'

function framesOf(payloads: readonly Buffer[]): Buffer {
  const writer = new JuteWriter()
  for (const payload of payloads) writer.writeBuffer(payload)
  return writer.take()
}

describe('FrameDecoder', () => {
  it('gives the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }),
        (payloads, cuts) => {
          // Each payload is framed with its own length inside, so that content is compared too.
          const inner = payloads.map((bytes) => {
            const writer = new JuteWriter()
            writer.writeBuffer(bytes)
            return Buffer.from(writer.take())
          })
          const decoder = new FrameDecoder({ maxFrameBytes: 304 })
          const stream = framesOf(inner)
          const seen: (Buffer | null)[] = []
          let offset = 0
          for (let i = 0; offset < stream.length; i++) {
            const end = Math.min(stream.length, offset + (cuts[i % cuts.length] ?? 1))
            decoder.push(stream.subarray(offset, end), (frame) => {
              seen.push(frame.readBuffer())
              expect(frame.remaining).toBe(0)
            })
            offset = end
          }
          expect(seen.map((bytes) => bytes?.toString('hex'))).toEqual(
            payloads.map((bytes) => Buffer.from(bytes).toString('hex')),
          )
        },
      ),
    )
  })

  it('gives a frame of many chunks whole', () => {
    const payload = Buffer.alloc(1_000_000, 7)
    const stream = framesOf([payload])
    const decoder = new FrameDecoder({ maxFrameBytes: 1_000_000 })
    const lengths: number[] = []
    for (let offset = 0; offset < stream.length; offset += 65_536) {
      decoder.push(stream.subarray(offset, offset + 65_536), (frame) => {
        lengths.push(frame.remaining)
      })
    }
    expect(lengths).toEqual([1_000_000])
  })

  it('refuses a length over the limit, and a negative one, before its bytes come', () => {
    const over = new FrameDecoder({ maxFrameBytes: 10 })
    expect(() => over.push(Buffer.from([0, 0, 0, 11]), () => {})).toThrow(
      expect.objectContaining({ code: 'ZK_FRAME_TOO_LONG' }),
    )
    const negative = new FrameDecoder({ maxFrameBytes: 10 })
    expect(() => negative.push(Buffer.from([255, 255, 255, 255]), () => {})).toThrow(
      expect.objectContaining({ code: 'ZK_MALFORMED' }),
    )
  })

  it('hands out nothing after stop, even inside a chunk', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 10 })
    let frames = 0
    decoder.push(framesOf([Buffer.alloc(1), Buffer.alloc(1)]), () => {
      frames++
      decoder.stop()
    })
    expect(frames).toBe(1)
  })
})
