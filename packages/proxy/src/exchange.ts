import type { IncomingMessage, ServerResponse } from 'node:http'
import { Attempt, type AttemptListener } from './attempt.ts'
import { type Counters, countStatus } from './counters.ts'
import type { EndpointPool } from './endpoint-pool.ts'
import type { EndpointSlot } from './endpoint-slot.ts'
import { lowerCaseName } from './hop-by-hop.ts'
import { respondShortly } from './plain-response.ts'
import { RequestBody } from './request-body.ts'
import { ANSWERS } from './request-rules.ts'
import { forwardedResponseHeaders } from './response-headers.ts'
import { type AttemptFailure, failureStatus, mayRetry } from './retry-decision.ts'
import { sessionCookie, sessionEndpointId } from './session-cookie.ts'

const FAILURE_ANSWERS = {
  502: ANSWERS.broken,
  503: ANSWERS.unavailable,
  504: ANSWERS.timeout,
} as const

export interface ExchangeOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  /** As they go to the endpoint. */
  readonly headers: readonly string[]
  readonly body: 'none' | 'present'
  readonly clientAddress: string
  readonly pool: EndpointPool
  readonly requestTimeoutMs: number | undefined
  readonly attemptTimeoutMs: number | undefined
  readonly counters: Counters
  readonly nowMs: () => number
  /** Asked when the response begins: is the client's connection to be closed after it? */
  readonly closing: () => boolean
}

/**
 * One request of a client from its arrival to its end: picks an endpoint, tries, tries again where
 * that is allowed, and streams the response back no faster than the client reads.
 */
export class Exchange implements AttemptListener {
  readonly #options: ExchangeOptions
  readonly #cookieName: string | undefined
  readonly #sessionId: string | undefined
  #attempt: Attempt | undefined
  #excluded: Set<string> | undefined
  #timer: NodeJS.Timeout | undefined
  #bodyBegun = false
  #connectFailures = 0
  #otherFailures = 0
  #truncated = false
  #over = false

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#cookieName = options.pool.sessionCookie
    this.#sessionId =
      this.#cookieName === undefined
        ? undefined
        : sessionEndpointId(options.request.headers.cookie, this.#cookieName)
  }

  run(): void {
    const { response, counters, requestTimeoutMs } = this.#options
    counters.activeRequests++
    response.once('close', () => this.#closed())
    response.on('drain', () => this.#attempt?.resume())
    if (requestTimeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#timeOut(), requestTimeoutMs)
    }
    const slot = this.#pick()
    if (slot === undefined) this.#refuse(503)
    else this.#try(slot)
  }

  information(status: number, rawHeaders: readonly string[]): void {
    const { request, response } = this.#options
    // HTTP/1.0 clients know no interim responses (RFC 9110 §15.2).
    if (request.httpVersion === '1.0' || response.headersSent) return
    if (status === 102) response.writeProcessing()
    const links = status === 103 ? valuesOf(rawHeaders, 'link') : []
    if (links.length > 0) writeEarlyHints(response, links)
  }

  response(
    attempt: Attempt,
    status: number,
    statusText: string,
    rawHeaders: readonly string[],
  ): void {
    clearTimeout(this.#timer)
    const { response, counters } = this.#options
    const moved = this.#cookieName !== undefined && this.#sessionId !== attempt.slot.id
    const headers = forwardedResponseHeaders({
      rawHeaders,
      sessionCookie:
        moved && this.#cookieName !== undefined
          ? sessionCookie(this.#cookieName, attempt.slot.id)
          : undefined,
      connection: this.#options.closing() ? 'close' : 'keep',
    })
    try {
      if (statusText === '') response.writeHead(status, headers)
      else response.writeHead(status, statusText, headers)
    } catch {
      // The endpoint's status line or headers are not such as Node would write.
      attempt.abort()
      this.#refuse(502)
      return
    }
    countStatus(counters, status)
  }

  data(chunk: Buffer): void {
    if (!this.#options.response.write(chunk)) this.#attempt?.pause()
  }

  end(): void {
    this.#options.response.end()
  }

  failed(attempt: Attempt, failure: AttemptFailure): void {
    const { response, request, body, counters } = this.#options
    if (this.#over) return
    if (response.headersSent) {
      // Part of the response is out: only a broken connection tells the client that it is not whole.
      counters.truncated++
      this.#truncated = true
      response.destroy()
      return
    }
    if (failure === 'connect') this.#connectFailures++
    else this.#otherFailures++
    const method = request.method ?? ''
    const retry = mayRetry({
      failure,
      method,
      body,
      bodyBegun: this.#bodyBegun,
      connectFailures: this.#connectFailures,
      otherFailures: this.#otherFailures,
    })
    const next = retry ? this.#pickAnother(attempt.slot, failure) : undefined
    if (next === undefined) {
      // Where any endpoint was reached, that is what is told.
      const reached = failure === 'connect' && this.#otherFailures > 0
      this.#refuse(failureStatus(reached ? 'reset' : failure))
      return
    }
    counters.retries++
    this.#try(next)
  }

  #pick(): EndpointSlot | undefined {
    const { pool, clientAddress } = this.#options
    const own = this.#sessionId === undefined ? undefined : pool.session(this.#sessionId)
    if (own !== undefined && this.#excluded?.has(own.id) !== true) return own
    return pool.pick(clientAddress, this.#excluded)
  }

  #pickAnother(failed: EndpointSlot, failure: AttemptFailure): EndpointSlot | undefined {
    this.#excluded ??= new Set()
    this.#excluded.add(failed.id)
    const other = this.#pick()
    if (other !== undefined || failure === 'connect') return other
    // Nobody else is there. A connection that broke may have been an idle one just being closed:
    // the endpoint itself may be well.
    const { pool, clientAddress } = this.#options
    return pool.pick(clientAddress, undefined)
  }

  #try(slot: EndpointSlot): void {
    const { request, path, headers, pool, attemptTimeoutMs, nowMs } = this.#options
    const attempt = new Attempt({
      slot,
      request: { method: request.method ?? 'GET', path, headers, body: this.#body() },
      timeoutMs: attemptTimeoutMs,
      nowMs,
      ended: pool.begin(slot),
      listener: this,
    })
    this.#attempt = attempt
    attempt.send()
  }

  #body(): RequestBody | null {
    if (this.#options.body === 'none') return null
    return new RequestBody(this.#options.request, () => {
      this.#bodyBegun = true
    })
  }

  #timeOut(): void {
    this.#attempt?.abort()
    this.#refuse(504)
  }

  #refuse(status: 502 | 503 | 504): void {
    clearTimeout(this.#timer)
    if (this.#over || this.#options.response.headersSent) return
    countStatus(this.#options.counters, status)
    const { request, response, body } = this.#options
    // Reading an unwanted body to its end could take as long as the client likes.
    const unread = body === 'present' && !request.complete
    respondShortly(response, status, FAILURE_ANSWERS[status], {
      connection: unread || this.#options.closing() ? 'close' : 'keep',
    })
  }

  /** The response was handed over whole, or the client is gone. */
  #closed(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    const { response, counters } = this.#options
    counters.activeRequests--
    if (!response.writableFinished && !this.#truncated) counters.clientAborts++
    this.#attempt?.abort()
  }
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (lowerCaseName(rawHeaders[i] ?? '') === name) values.push(rawHeaders[i + 1] ?? '')
  }
  return values
}

function writeEarlyHints(response: ServerResponse, link: string[]): void {
  try {
    response.writeEarlyHints({ link })
  } catch {
    // Node refuses links that are not as RFC 8288 has them. Hints may be left out.
  }
}
