import type { RequestOutcome } from '@zoogate/balancer/policies'
import type { EndpointSlot } from './endpoint-slot.ts'
import type { AttemptFailure } from './retry-decision.ts'
import type { UpstreamExchange, UpstreamHandler, UpstreamRequest } from './wire.ts'

/** What an attempt tells the exchange that it belongs to. */
export interface AttemptListener {
  information(status: number, rawHeaders: readonly string[]): void
  response(
    attempt: Attempt,
    status: number,
    statusText: string,
    rawHeaders: readonly string[],
  ): void
  data(chunk: Buffer): void
  end(): void
  failed(attempt: Attempt, failure: AttemptFailure, error: Error): void
}

export interface AttemptOptions {
  readonly slot: EndpointSlot
  readonly request: UpstreamRequest
  readonly timeoutMs: number | undefined
  readonly nowMs: () => number
  /** Called once, when the endpoint is done with this attempt. */
  readonly ended: (outcome: RequestOutcome) => void
  readonly listener: AttemptListener
}

/** One sending of a request to one endpoint: its clock, its part in the picker's books. */
export class Attempt implements UpstreamHandler {
  readonly slot: EndpointSlot
  readonly #options: AttemptOptions
  readonly #startedAtMs: number
  #exchange: UpstreamExchange | undefined
  #timer: NodeJS.Timeout | undefined
  #latencyMs: number | undefined
  #failedStatus = false
  #over = false

  constructor(options: AttemptOptions) {
    this.#options = options
    this.slot = options.slot
    this.#startedAtMs = options.nowMs()
  }

  /** Sends the request. The listener may hear of its failure before this returns. */
  send(): void {
    const { timeoutMs, slot, request } = this.#options
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#timeOut(), timeoutMs)
    this.#exchange = slot.connection.use().send(request, this)
  }

  pause(): void {
    this.#exchange?.pause()
  }

  resume(): void {
    this.#exchange?.resume()
  }

  /** Gives it up; the listener hears nothing more. */
  abort(): void {
    if (this.#over) return
    this.#finish(false)
    this.#exchange?.abort()
  }

  information(status: number, rawHeaders: readonly string[]): void {
    if (!this.#over) this.#options.listener.information(status, rawHeaders)
  }

  response(status: number, statusText: string, rawHeaders: readonly string[]): void {
    if (this.#over) return
    clearTimeout(this.#timer)
    this.#latencyMs = this.#options.nowMs() - this.#startedAtMs
    this.#failedStatus = status >= 500
    this.#options.listener.response(this, status, statusText, rawHeaders)
  }

  data(chunk: Buffer): void {
    if (!this.#over) this.#options.listener.data(chunk)
  }

  end(): void {
    if (this.#over) return
    this.#finish(this.#failedStatus)
    this.#options.listener.end()
  }

  failed(failure: AttemptFailure, error: Error): void {
    if (this.#over) return
    this.#finish(true)
    this.#options.listener.failed(this, failure, error)
  }

  #timeOut(): void {
    if (this.#over) return
    this.#finish(true)
    this.#exchange?.abort()
    const { timeoutMs, listener } = this.#options
    listener.failed(this, 'timeout', new Error(`no response within ${timeoutMs} ms`))
  }

  #finish(failed: boolean): void {
    this.#over = true
    clearTimeout(this.#timer)
    const latencyMs = this.#latencyMs ?? this.#options.nowMs() - this.#startedAtMs
    this.#options.ended({ latencyMs, failed })
  }
}
