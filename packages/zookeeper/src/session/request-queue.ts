import type { Outgoing } from '../connection/call.ts'
import { Fifo } from '../connection/fifo.ts'

/** From so many waiting requests on, those that were given up are looked for and let go. */
const TIDY_AT = 1_000

/** The requests that wait for a connection with room, in their order and no more than a bound. */
export class RequestQueue {
  readonly #maxRequests: number
  readonly #requests = new Fifo<Outgoing>()
  #tidyAt = TIDY_AT

  constructor(options: { readonly maxRequests: number }) {
    this.#maxRequests = options.maxRequests
  }

  get length(): number {
    return this.#requests.length
  }

  /** Says whether there was room for it. Requests that were given up meanwhile make room: nobody waits for them. */
  push(call: Outgoing): boolean {
    if (this.#requests.length >= Math.min(this.#tidyAt, this.#maxRequests)) {
      this.#requests.keep((one) => !one.settled)
      this.#tidyAt = Math.max(TIDY_AT, 2 * this.#requests.length)
    }
    if (this.#requests.length >= this.#maxRequests) return false
    this.#requests.push(call)
    return true
  }

  /** The first request that somebody still waits for; undefined when there is none. */
  shift(): Outgoing | undefined {
    let call = this.#requests.shift()
    while (call?.settled === true) call = this.#requests.shift()
    return call
  }

  /** Empties the queue and gives what was in it. */
  drain(): Outgoing[] {
    return this.#requests.drain()
  }
}
