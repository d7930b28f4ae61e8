const LENGTH_BYTES = 4

/** Cuts bytes into frames, by no code of the client's. */
export class FrameCutter {
  #bytes = Buffer.alloc(0)
  readonly #onFrame: (frame: Buffer) => void

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    while (this.#bytes.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#bytes.readInt32BE(0)
      if (this.#bytes.length < end) return
      this.#onFrame(Buffer.from(this.#bytes.subarray(LENGTH_BYTES, end)))
      this.#bytes = this.#bytes.subarray(end)
    }
  }
}
