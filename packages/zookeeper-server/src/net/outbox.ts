import { JuteWriter } from '@zoogate/zookeeper/protocol'

/** Frames that wait for the same transaction. */
interface Held {
  readonly zxid: bigint
  readonly bytes: Buffer
}

/**
 * What a connection has to say, held back until it may be said: a frame that knows of a transaction leaves when that
 * transaction is on disk. Frames leave in the order in which they were written.
 */
export class Outbox {
  readonly #writer = new JuteWriter()
  readonly #held: Held[] = []
  #heldBytes = 0
  /** The transaction that the writer's frames wait for. */
  #zxid = 0n

  /** Bytes that have not left. */
  get bytes(): number {
    return this.#heldBytes + this.#writer.length
  }

  /** Writes a frame that may leave when transaction `zxid` is on disk. `zxid` never goes back. */
  write(zxid: bigint, fill: (writer: JuteWriter) => void): void {
    if (zxid !== this.#zxid) {
      this.#hold()
      this.#zxid = zxid
    }
    const mark = this.#writer.beginFrame()
    try {
      fill(this.#writer)
    } catch (error) {
      this.#writer.rollback(mark)
      throw error
    }
    this.#writer.endFrame(mark)
  }

  /** What may leave, now that everything up to `durableZxid` is on disk. */
  release(durableZxid: bigint): Buffer[] {
    if (this.#zxid <= durableZxid) this.#hold()
    const ready = this.#held.findIndex(({ zxid }) => zxid > durableZxid)
    const leaving = this.#held.splice(0, ready === -1 ? this.#held.length : ready)
    for (const { bytes } of leaving) this.#heldBytes -= bytes.length
    return leaving.map(({ bytes }) => bytes)
  }

  #hold(): void {
    if (this.#writer.length === 0) return
    const bytes = this.#writer.take()
    this.#held.push({ zxid: this.#zxid, bytes })
    this.#heldBytes += bytes.length
  }
}
