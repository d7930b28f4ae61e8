import { ProtocolError } from '@zoogate/zookeeper/protocol'

const LENGTH_BYTES = 4

/**
 * The frames of a connection, taken one by one: whoever reads may stop in the middle of a chunk when the client does not
 * take its answers. (The codec's FrameDecoder hands out all frames of a chunk at once.)
 */
export class FrameQueue {
  readonly #maxFrameBytes: number
  #chunks: Buffer[] = []
  /** Where the first chunk's unread bytes begin. */
  #offset = 0
  #bytes = 0

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Bytes that were not taken yet. */
  get bytes(): number {
    return this.#bytes
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** The first bytes without taking them; undefined when there are fewer. */
  peek(bytes: number): Buffer | undefined {
    if (this.#bytes < bytes) return undefined
    const first = this.#chunks[0]
    if (first !== undefined && first.length - this.#offset >= bytes) {
      return first.subarray(this.#offset, this.#offset + bytes)
    }
    this.#join()
    return this.#chunks[0]?.subarray(0, bytes)
  }

  /** The next whole frame without its length word. Throws `ZK_FRAME_TOO_LONG` or `ZK_MALFORMED`. */
  next(): Buffer | undefined {
    const word = this.peek(LENGTH_BYTES)
    if (word === undefined) return undefined
    const length = word.readInt32BE(0)
    if (length < 0) throw new ProtocolError('ZK_MALFORMED', `a frame of ${length} bytes`)
    if (length > this.#maxFrameBytes) {
      throw new ProtocolError(
        'ZK_FRAME_TOO_LONG',
        `a frame of ${length} bytes is over the limit of ${this.#maxFrameBytes} (jute.maxbuffer)`,
      )
    }
    if (this.#bytes < LENGTH_BYTES + length) return undefined
    const frame = this.peek(LENGTH_BYTES + length)
    this.#skip(LENGTH_BYTES + length)
    return frame?.subarray(LENGTH_BYTES)
  }

  /** Many chunks become one only when a frame that spans them is whole: each byte is copied once. */
  #join(): void {
    const [first, ...rest] = this.#chunks
    if (first === undefined) return
    this.#chunks = [Buffer.concat([first.subarray(this.#offset), ...rest])]
    this.#offset = 0
  }

  #skip(bytes: number): void {
    this.#bytes -= bytes
    this.#offset += bytes
    if (this.#bytes === 0) {
      this.#chunks = []
      this.#offset = 0
    } else if (this.#offset === this.#chunks[0]?.length) {
      this.#chunks.shift()
      this.#offset = 0
    }
  }
}
