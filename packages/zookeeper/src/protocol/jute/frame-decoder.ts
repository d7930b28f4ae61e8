import { ProtocolError } from '../../errors/protocol-error.ts'
import { JuteReader } from './jute-reader.ts'

const LENGTH_BYTES = 4
/** A long frame's buffer begins at this size and doubles as bytes arrive: a claimed length alone costs nothing. */
const FIRST_BUFFER_BYTES = 64 * 1024

/** Limits of a `FrameDecoder`. */
export interface FrameDecoderOptions {
  /** The longest frame, without its length word. A longer or negative length throws `ZK_FRAME_TOO_LONG` / `ZK_MALFORMED`. */
  readonly maxFrameBytes: number
}

/**
 * Cuts a byte stream into frames: int32 length, then that many bytes.
 *
 * Whole frames inside a chunk are read in place; only a frame that spans chunks is copied, once.
 */
export class FrameDecoder {
  readonly #maxFrameBytes: number
  readonly #reader = new JuteReader(Buffer.alloc(0))
  readonly #lengthWord = Buffer.alloc(LENGTH_BYTES)
  #lengthWordBytes = 0
  #partial: Buffer | undefined
  #partialBytes = 0
  #frameBytes = 0
  #stopped = false

  constructor(options: FrameDecoderOptions) {
    this.#maxFrameBytes = options.maxFrameBytes
  }

  /**
   * Calls `onFrame` for each frame that `chunk` completes. The reader is the same object each time and is
   * valid only during the call. After `stop` no frame is handed out any more.
   */
  push(chunk: Buffer, onFrame: (frame: JuteReader) => void): void {
    let offset = 0
    while (offset < chunk.length && !this.#stopped) {
      offset =
        this.#partial === undefined && this.#lengthWordBytes === 0
          ? this.#pushFresh(chunk, offset, onFrame)
          : this.#pushPartial(chunk, offset, onFrame)
    }
  }

  /** Drops everything that is half read, and ignores all bytes from now on. */
  stop(): void {
    this.#stopped = true
    this.#partial = undefined
  }

  /** At a frame's boundary: the common case, nothing is copied. */
  #pushFresh(chunk: Buffer, offset: number, onFrame: (frame: JuteReader) => void): number {
    const available = chunk.length - offset
    if (available < LENGTH_BYTES) {
      chunk.copy(this.#lengthWord, 0, offset)
      this.#lengthWordBytes = available
      return chunk.length
    }
    const frameBytes = this.#checked(chunk.readInt32BE(offset))
    const start = offset + LENGTH_BYTES
    const end = start + frameBytes
    if (end > chunk.length) {
      this.#beginPartial(frameBytes)
      return start
    }
    this.#reader.reset(chunk, start, end)
    onFrame(this.#reader)
    return end
  }

  #pushPartial(chunk: Buffer, offset: number, onFrame: (frame: JuteReader) => void): number {
    if (this.#partial === undefined) {
      const copied = chunk.copy(
        this.#lengthWord,
        this.#lengthWordBytes,
        offset,
        offset + LENGTH_BYTES - this.#lengthWordBytes,
      )
      this.#lengthWordBytes += copied
      if (this.#lengthWordBytes === LENGTH_BYTES) {
        this.#beginPartial(this.#checked(this.#lengthWord.readInt32BE(0)))
        this.#endIfWhole(onFrame)
      }
      return offset + copied
    }
    const wanted = Math.min(this.#frameBytes - this.#partialBytes, chunk.length - offset)
    const partial = this.#withRoomFor(this.#partial, wanted)
    chunk.copy(partial, this.#partialBytes, offset, offset + wanted)
    this.#partialBytes += wanted
    this.#endIfWhole(onFrame)
    return offset + wanted
  }

  #beginPartial(frameBytes: number): void {
    this.#lengthWordBytes = 0
    this.#frameBytes = frameBytes
    this.#partialBytes = 0
    this.#partial = Buffer.allocUnsafeSlow(Math.min(frameBytes, FIRST_BUFFER_BYTES))
  }

  #endIfWhole(onFrame: (frame: JuteReader) => void): void {
    const partial = this.#partial
    if (partial === undefined || this.#partialBytes < this.#frameBytes) return
    this.#partial = undefined
    this.#reader.reset(partial, 0, this.#frameBytes)
    onFrame(this.#reader)
  }

  #withRoomFor(partial: Buffer, bytes: number): Buffer {
    const needed = this.#partialBytes + bytes
    if (needed <= partial.length) return partial
    const grown = Buffer.allocUnsafeSlow(
      Math.min(this.#frameBytes, Math.max(needed, 2 * partial.length)),
    )
    partial.copy(grown, 0, 0, this.#partialBytes)
    this.#partial = grown
    return grown
  }

  #checked(frameBytes: number): number {
    if (frameBytes < 0) throw new ProtocolError('ZK_MALFORMED', `a frame of ${frameBytes} bytes`)
    if (frameBytes > this.#maxFrameBytes) {
      throw new ProtocolError(
        'ZK_FRAME_TOO_LONG',
        `a frame of ${frameBytes} bytes is over the limit of ${this.#maxFrameBytes}`,
      )
    }
    return frameBytes
  }
}
