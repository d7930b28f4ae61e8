import { ProtocolError } from '../../errors/protocol-error.ts'

const NULL_LENGTH = -1
/** The shortest item that a jute vector can hold in this protocol: the length word of an empty string. */
const SHORTEST_ITEM_BYTES = 4

/**
 * Reads jute records out of a window of a buffer (zookeeper-jute's BinaryInputArchive).
 *
 * Numbers are big-endian; 64-bit ones are bigints, since zxids and session ids do not fit in a double. Every length is
 * checked against the bytes that are left before anything is allocated, so no reply can make
 * the reader allocate more than a small multiple of its own size. What does not fit throws a `ProtocolError`.
 */
export class JuteReader {
  #buffer: Buffer
  /** Of all the memory that the buffer is a part of: engines read numbers through it several times quicker than through a `Buffer`. */
  #view: DataView
  /** Where the buffer begins in the view. */
  #viewStart: number
  #offset: number
  #end: number

  constructor(buffer: Buffer, start = 0, end: number = buffer.length) {
    this.#buffer = buffer
    this.#view = new DataView(buffer.buffer)
    this.#viewStart = buffer.byteOffset
    this.#offset = start
    this.#end = end
  }

  /** Points the same reader at other bytes: one reader serves a whole connection without allocating. */
  reset(buffer: Buffer, start: number, end: number): void {
    if (buffer !== this.#buffer) this.#lookAt(buffer)
    this.#offset = start
    this.#end = end
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#end - this.#offset
  }

  readBoolean(): boolean {
    return this.#buffer[this.#take(1, 'a boolean')] !== 0
  }

  readInt32(): number {
    return this.#view.getInt32(this.#viewStart + this.#take(4, 'an int'))
  }

  readInt64(): bigint {
    return this.#view.getBigInt64(this.#viewStart + this.#take(8, 'a long'))
  }

  /** A copy of the bytes, so that keeping a znode's data does not keep the socket's 64 KiB chunk; null for length -1. */
  readBuffer(): Buffer | null {
    const length = this.#readLength('a buffer')
    if (length === NULL_LENGTH) return null
    const start = this.#take(length, 'a buffer')
    const copy = Buffer.allocUnsafe(length)
    this.#buffer.copy(copy, 0, start, start + length)
    return copy
  }

  /** Invalid UTF-8 (Java writes CESU-8 for characters beyond the BMP) becomes U+FFFD instead of an error. */
  readNullableString(): string | null {
    const length = this.#readLength('a string')
    if (length === NULL_LENGTH) return null
    const start = this.#take(length, 'a string')
    return this.#buffer.toString('utf8', start, start + length)
  }

  /** A string where the protocol has no use for null: null is malformed. */
  readString(): string {
    const value = this.readNullableString()
    if (value === null) throw new ProtocolError('ZK_MALFORMED', 'null where a string must be')
    return value
  }

  /** Items in order. A null vector reads as an empty one: no record gives the two different meanings. */
  readVector<T>(readItem: (reader: JuteReader) => T): T[] {
    const count = this.readInt32()
    if (count < NULL_LENGTH) {
      throw new ProtocolError('ZK_MALFORMED', `a vector of ${count} items`)
    }
    if (count > this.remaining / SHORTEST_ITEM_BYTES) {
      throw new ProtocolError(
        'ZK_TRUNCATED',
        `a vector says ${count} items, but only ${this.remaining} bytes are left`,
      )
    }
    const items: T[] = []
    for (let i = 0; i < count; i++) items.push(readItem(this))
    return items
  }

  #lookAt(buffer: Buffer): void {
    this.#buffer = buffer
    // Chunks of one connection mostly lie in the same memory.
    if (buffer.buffer !== this.#view.buffer) this.#view = new DataView(buffer.buffer)
    this.#viewStart = buffer.byteOffset
  }

  #readLength(what: string): number {
    const length = this.readInt32()
    if (length < NULL_LENGTH) throw new ProtocolError('ZK_MALFORMED', `${what} of ${length} bytes`)
    return length
  }

  #take(bytes: number, what: string): number {
    const start = this.#offset
    if (bytes > this.#end - start) {
      throw new ProtocolError(
        'ZK_TRUNCATED',
        `${what} needs ${bytes} bytes, but only ${this.#end - start} are left`,
      )
    }
    this.#offset = start + bytes
    return start
  }
}
