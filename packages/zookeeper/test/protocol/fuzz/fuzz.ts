import { seededRandom } from '../../../../../test/support/random.ts'
import { FrameDecoder, JuteReader, ProtocolError } from '../../../src/protocol/index.ts'
import { type CorpusFrame, corpus } from './corpus.ts'
import { below, mutate } from './mutate.ts'

/** What became of the frames. */
export interface FuzzReport {
  readonly seed: number
  readonly frames: number
  /** Read as something, right or wrong. */
  readonly decoded: number
  /** Refused with a `ProtocolError`. */
  readonly refused: number
  /** The most that a decoded value held, in multiples of its frame's bytes. */
  readonly largestGrowth: number
  /** The most bytes that heap and buffers had more than at the beginning, at any of the looks. */
  readonly largestMemoryBytes: number
  readonly longestFrameMs: number
}

const LOOK_EVERY = 1_000
/** What a value weighs beside its text and bytes: an object, a number, an item of a list. */
const VALUE_BYTES = 8
/** A frame of this length is short enough that its growth says nothing. */
const FIXED_BYTES = 128

/** Reads `frames` mutated frames as a client and a server would. Throws for anything but a value or a `ProtocolError`. */
export function fuzzRecords(options: { readonly seed: number; frames: number }): FuzzReport {
  const { seed, frames } = options
  const random = seededRandom(seed)
  const valid = corpus(seed)
  const memory = new MemoryWatch()
  let refused = 0
  let largestGrowth = 0
  let longestFrameMs = 0
  for (let i = 0; i < frames; i++) {
    const { name, bytes: source, decode } = pick(valid, random)
    const bytes = mutate(source, pick(valid, random).bytes, random)
    const startedMs = performance.now()
    try {
      const weight = weigh(decode(new JuteReader(bytes)))
      largestGrowth = Math.max(largestGrowth, weight / (bytes.length + FIXED_BYTES))
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw new Error(`seed ${seed}, frame ${i}, a ${name}: ${bytes.toString('hex')}`, {
          cause: error,
        })
      }
      refused++
    }
    longestFrameMs = Math.max(longestFrameMs, performance.now() - startedMs)
    if (i % LOOK_EVERY === 0) memory.look()
  }
  return {
    seed,
    frames,
    decoded: frames - refused,
    refused,
    largestGrowth,
    largestMemoryBytes: memory.largestBytes,
    longestFrameMs,
  }
}

/** What became of streams of frames that are cut into chunks anywhere. */
export interface StreamReport {
  readonly seed: number
  readonly frames: number
  /** Handed out whole, whatever is in them. */
  readonly delivered: number
  /** Streams that ended with a `ProtocolError`: behind it nothing can be read any more. */
  readonly refusedStreams: number
  readonly largestMemoryBytes: number
}

const STREAM_FRAMES = 20
const MAX_FRAME_BYTES = 64 * 1024

/**
 * Feeds streams of frames, with now and then a wrong length word, to a `FrameDecoder`. Throws when it hands out a frame over its limit,
 * hands one out after it has refused, or loses or adds a byte of a stream that is whole.
 */
export function fuzzStreams(options: { readonly seed: number; frames: number }): StreamReport {
  const { seed, frames } = options
  const random = seededRandom(seed)
  const valid = corpus(seed)
  const memory = new MemoryWatch()
  let delivered = 0
  let refusedStreams = 0
  for (let done = 0; done < frames; done += STREAM_FRAMES) {
    const isWhole = random() < 0.3
    const sent = Array.from({ length: STREAM_FRAMES }, () =>
      mutate(pick(valid, random).bytes, pick(valid, random).bytes, random),
    )
    const stream = Buffer.concat(
      sent.flatMap((bytes) => [lengthWord(bytes, isWhole, random), bytes]),
    )
    const got = feed(stream, random)
    delivered += got.frames
    if (got.isRefused) refusedStreams++
    if (isWhole && (got.isRefused || got.frames !== STREAM_FRAMES)) {
      throw new Error(`seed ${seed}, at ${done}: ${got.frames} frames of ${STREAM_FRAMES}`)
    }
    if (done % LOOK_EVERY === 0) memory.look()
  }
  return { seed, frames, delivered, refusedStreams, largestMemoryBytes: memory.largestBytes }
}

function lengthWord(bytes: Buffer, isWhole: boolean, random: () => number): Buffer {
  const word = Buffer.alloc(4)
  word.writeInt32BE(bytes.length)
  return isWhole || random() < 0.9 ? word : mutate(word, bytes, random)
}

function feed(stream: Buffer, random: () => number): { frames: number; isRefused: boolean } {
  const decoder = new FrameDecoder({ maxFrameBytes: MAX_FRAME_BYTES })
  let frames = 0
  const onFrame = (frame: JuteReader) => {
    if (frame.remaining > MAX_FRAME_BYTES) throw new Error(`a frame of ${frame.remaining} bytes`)
    frames++
  }
  try {
    for (let offset = 0; offset < stream.length; ) {
      const end = Math.min(stream.length, offset + 1 + below(400, random))
      decoder.push(stream.subarray(offset, end), onFrame)
      offset = end
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { frames, isRefused: true }
  }
  return { frames, isRefused: false }
}

function pick(frames: readonly CorpusFrame[], random: () => number): CorpusFrame {
  const frame = frames[below(frames.length, random)]
  if (frame === undefined) throw new Error('the corpus is empty')
  return frame
}

/** About how many bytes a decoded value holds. */
function weigh(value: unknown): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length
  if (Buffer.isBuffer(value)) return VALUE_BYTES + value.length
  if (typeof value !== 'object' || value === null) return VALUE_BYTES
  return Object.values(value).reduce<number>((sum, one) => sum + weigh(one), VALUE_BYTES)
}

/** Looks at how much more memory is in use than at the beginning. */
class MemoryWatch {
  largestBytes = 0
  readonly #before = usedBytes()

  look(): void {
    this.largestBytes = Math.max(this.largestBytes, usedBytes() - this.#before)
  }
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
