import { ProtocolError } from '../../errors/protocol-error.ts'

const NULL_LENGTH = -1
const LENGTH_BYTES = 4
const SLAB_BYTES = 16 * 1024
/** Below this length a loop over the characters beats the call into the UTF-8 encoder. */
const SHORT_STRING = 48

/** Limits of a `JuteWriter`. */
export interface JuteWriterOptions {
  /** The longest frame that `endFrame` lets pass, without its length word. Default: no limit but an int's. */
  readonly maxFrameBytes?: number
}

/**
 * Writes jute records (zookeeper-jute's BinaryOutputArchive) one behind the other, so that many frames go to the
 * socket as one chunk: `beginFrame`, the records, `endFrame`, and at the end of the tick `take`.
 *
 * Frames are written into slabs of 16 KiB; `take` hands out a view, later frames go behind it in the same slab, and a
 * byte once taken is never written again.
 */
export class JuteWriter {
  readonly #maxFrameBytes: number
  #buffer: Buffer = Buffer.alloc(0)
  /** Of the buffer: engines write numbers through it several times quicker. */
  #view = new DataView(new ArrayBuffer(0))
  #taken = 0
  #offset = 0

  constructor(options: JuteWriterOptions = {}) {
    this.#maxFrameBytes = options.maxFrameBytes ?? 0x7fffffff
  }

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#offset - this.#taken
  }

  /** What was written since the last call, as one chunk. */
  take(): Buffer {
    const chunk = this.#buffer.subarray(this.#taken, this.#offset)
    this.#taken = this.#offset
    return chunk
  }

  /** Leaves room for a frame's length word. Returns a mark for `endFrame` or `rollback`. */
  beginFrame(): number {
    const mark = this.length
    this.#reserve(LENGTH_BYTES)
    return mark
  }

  /** Fills in the length. A frame over the limit is taken back, and a `ZK_FRAME_TOO_LONG` thrown. */
  endFrame(mark: number): void {
    const frameBytes = this.length - mark - LENGTH_BYTES
    if (frameBytes > this.#maxFrameBytes) {
      this.rollback(mark)
      throw new ProtocolError(
        'ZK_FRAME_TOO_LONG',
        `a request of ${frameBytes} bytes is over the limit of ${this.#maxFrameBytes}`,
      )
    }
    this.#view.setInt32(this.#taken + mark, frameBytes)
  }

  /** Forgets what was written since `beginFrame` gave the mark. */
  rollback(mark: number): void {
    this.#offset = this.#taken + mark
  }

  writeBoolean(value: boolean): this {
    const at = this.#reserve(1)
    this.#buffer[at] = value ? 1 : 0
    return this
  }

  writeInt32(value: number): this {
    if ((value | 0) !== value) throw new RangeError(`${value} is no whole number of 32 bits`)
    const at = this.#reserve(4)
    this.#view.setInt32(at, value)
    return this
  }

  writeInt64(value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} has more than 64 bits`)
    const at = this.#reserve(8)
    this.#view.setBigInt64(at, value)
    return this
  }

  writeBuffer(value: Uint8Array | null): this {
    if (value === null) return this.writeInt32(NULL_LENGTH)
    this.writeInt32(value.length)
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
    return this
  }

  writeString(value: string | null): this {
    if (value === null) return this.writeInt32(NULL_LENGTH)
    if (value.length <= SHORT_STRING && this.#writeAscii(value)) return this
    const bytes = Buffer.byteLength(value)
    this.writeInt32(bytes)
    const at = this.#reserve(bytes)
    this.#buffer.write(value, at, bytes, 'utf8')
    return this
  }

  writeVector<T>(items: readonly T[], writeItem: (writer: JuteWriter, item: T) => void): this {
    this.writeInt32(items.length)
    for (const item of items) writeItem(this, item)
    return this
  }

  /** Writes a string that is all ASCII; writes nothing and says false otherwise. */
  #writeAscii(value: string): boolean {
    const length = value.length
    const at = this.#reserve(LENGTH_BYTES + length)
    const buffer = this.#buffer
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 0x7f) {
        this.#offset = at
        return false
      }
      buffer[at + LENGTH_BYTES + i] = unit
    }
    this.#view.setInt32(at, length)
    return true
  }

  #reserve(bytes: number): number {
    const at = this.#offset
    if (at + bytes <= this.#buffer.length) {
      this.#offset = at + bytes
      return at
    }
    return this.#grow(bytes)
  }

  #grow(bytes: number): number {
    const pending = this.#buffer.subarray(this.#taken, this.#offset)
    const grown = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (pending.length + bytes)))
    pending.copy(grown)
    this.#buffer = grown
    this.#view = new DataView(grown.buffer)
    this.#taken = 0
    this.#offset = pending.length + bytes
    return pending.length
  }
}
