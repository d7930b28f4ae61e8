import { expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import * as protocol from '../../src/protocol/index.ts'
import { FrameDecoder, JuteReader, JuteWriter, ProtocolError } from '../../src/protocol/index.ts'

const FRAMES = 30_000
const SEED = 20_261_121

type Decode = (reader: JuteReader) => unknown

const decoders: readonly Decode[] = Object.entries(protocol).flatMap(([name, value]): Decode[] => {
  if (!name.endsWith('Operation') || typeof value !== 'object' || !('decodeRequest' in value)) {
    return []
  }
  return [(reader) => value.decodeRequest(reader), (reader) => value.decodeResponse(reader)]
})

/** Bytes with something of every kind of field in them. */
function sample(random: () => number): Buffer {
  const writer = new JuteWriter()
  for (let i = 0; i < 12; i++) {
    const kind = Math.floor(random() * 6)
    if (kind === 0) writer.writeInt32(Math.floor(random() * 16) - 2)
    else if (kind === 1) writer.writeInt64(BigInt(Math.floor(random() * 1e15)))
    else if (kind === 2) writer.writeString('/some/path')
    else if (kind === 3) writer.writeBuffer(Buffer.alloc(Math.floor(random() * 40)))
    else if (kind === 4) writer.writeVector(['a', 'b'], (to, item) => to.writeString(item))
    else writer.writeBoolean(random() < 0.5)
  }
  const bytes = Buffer.from(writer.take())
  for (let i = 0; i < 3; i++) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
  }
  return bytes
}

it(`reads ${FRAMES} frames of nonsense without any but a typed error (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  let refused = 0
  for (let i = 0; i < FRAMES; i++) {
    const decode = decoders[i % decoders.length]
    try {
      decode?.(new JuteReader(sample(random)))
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError)
      refused++
    }
  }
  expect(decoders.length).toBe(58)
  expect(refused).toBeGreaterThan(FRAMES / 10)
})

it('cuts a stream of nonsense into frames, or refuses it, and keeps no more than a frame', () => {
  const random = seededRandom(SEED)
  for (let i = 0; i < 2_000; i++) {
    const decoder = new FrameDecoder({ maxFrameBytes: 1_000 })
    try {
      for (let chunk = 0; chunk < 5; chunk++) {
        decoder.push(sample(random), (frame) => expect(frame.remaining).toBeLessThanOrEqual(1_000))
      }
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError)
    }
  }
})
