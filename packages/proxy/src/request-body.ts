import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/**
 * A request's body on its way to an endpoint. It stands between the two because a wire that fails
 * destroys the body it was given, and destroying the request itself would cut off the client before
 * it had its answer. Nothing is read from the client before the wire asks for it.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage
  readonly #onBegin: () => void
  #begun = false
  readonly #onData = (chunk: Buffer) => {
    if (!this.push(chunk)) this.#request.pause()
  }
  readonly #onEnd = () => {
    this.push(null)
  }
  readonly #onClose = () => {
    // The client left in the middle: the endpoint must not take the rest for a whole body.
    if (!this.#request.complete) this.destroy(new Error('the client closed the connection'))
  }

  /** `onBegin` is called when the first part is about to be taken from the client. */
  constructor(request: IncomingMessage, onBegin: () => void) {
    super()
    this.#request = request
    this.#onBegin = onBegin
  }

  override _read(): void {
    if (this.#begun) {
      this.#request.resume()
      return
    }
    this.#begun = true
    this.#onBegin()
    this.#request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    if (this.#begun) this.#request.pause()
    callback(error)
  }
}
