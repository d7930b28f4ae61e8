import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Counters, countStatus } from './counters.ts'
import type { EndpointPool } from './endpoint-pool.ts'
import type { EndpointSlot } from './endpoint-slot.ts'
import { lowerCaseName } from './hop-by-hop.ts'
import { writeRawHead, writeRawResponse } from './raw-response.ts'
import { ANSWERS } from './request-rules.ts'
import { forwardedResponseHeaders } from './response-headers.ts'
import { CONNECT_RETRIES_MAX } from './retry-decision.ts'
import { sessionCookie, sessionEndpointId } from './session-cookie.ts'

/** How long one side of a tunnel may go on sending after the other has ended. */
const HALF_OPEN_MS = 2_000

export interface UpgradeOptions {
  readonly request: IncomingMessage
  readonly client: Duplex
  /** What the client sent after its request. */
  readonly head: Buffer
  readonly path: string
  /** As they go to the endpoint. */
  readonly headers: readonly string[]
  readonly clientAddress: string
  readonly pool: EndpointPool
  /** Until the endpoint answered. */
  readonly timeoutMs: number
  readonly counters: Counters
  readonly nowMs: () => number
}

/**
 * Asks endpoints for a WebSocket (RFC 6455 §4) and, once one agreed with 101, joins the two
 * connections. The answer is parsed first: only after a 101 do the client's bytes go through unread,
 * so nobody gets a tunnel by asking for one and being refused.
 */
export class UpgradeTunnel {
  readonly #options: UpgradeOptions
  readonly #cookieName: string | undefined
  readonly #sessionId: string | undefined
  readonly #excluded = new Set<string>()

  constructor(options: UpgradeOptions) {
    this.#options = options
    this.#cookieName = options.pool.sessionCookie
    this.#sessionId =
      this.#cookieName === undefined
        ? undefined
        : sessionEndpointId(options.request.headers.cookie, this.#cookieName)
  }

  run(): void {
    const { pool, clientAddress } = this.#options
    const own = this.#sessionId === undefined ? undefined : pool.session(this.#sessionId)
    const slot =
      own !== undefined && !this.#excluded.has(own.id)
        ? own
        : pool.pick(clientAddress, this.#excluded)
    if (slot !== undefined && this.#excluded.size <= CONNECT_RETRIES_MAX) this.#try(slot)
    else this.#refuse(503, ANSWERS.unavailable)
  }

  #try(slot: EndpointSlot): void {
    const { request, client, path, headers, timeoutMs } = this.#options
    const ended = this.#begin(slot)
    let connected = false
    let answered = false
    const outgoing = httpRequest({
      host: slot.endpoint.address,
      port: slot.endpoint.port,
      method: request.method,
      path,
      headers: [...headers, 'connection', 'Upgrade', 'upgrade', 'websocket'],
      agent: false,
      setHost: false,
    })
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      outgoing.destroy(new Error('no answer in time'))
    }, timeoutMs)
    const leave = () => outgoing.destroy()
    client.once('close', leave)
    const settle = () => {
      answered = true
      clearTimeout(timer)
    }
    outgoing.on('socket', (socket) => {
      socket.once('connect', () => {
        connected = true
      })
    })
    outgoing.on('error', () => {
      clearTimeout(timer)
      client.off('close', leave)
      ended(true)
      if (client.destroyed) return
      if (answered) client.destroy()
      else if (connected)
        this.#refuse(timedOut ? 504 : 502, timedOut ? ANSWERS.timeout : ANSWERS.broken)
      else this.#tryAnother(slot)
    })
    outgoing.on('upgrade', (answer, upstream, upstreamHead) => {
      settle()
      client.off('close', leave)
      upstream.once('close', () => ended(false))
      this.#join(slot, answer, upstream, upstreamHead)
    })
    outgoing.on('response', (answer) => {
      settle()
      answer.once('close', () => ended((answer.statusCode ?? 500) >= 500))
      this.#relay(slot, answer)
    })
    outgoing.end()
  }

  #tryAnother(slot: EndpointSlot): void {
    this.#excluded.add(slot.id)
    this.#options.counters.retries++
    this.run()
  }

  /** The picker's books: closed once, whichever way the attempt ends. */
  #begin(slot: EndpointSlot): (failed: boolean) => void {
    const { pool, nowMs } = this.#options
    const startedAtMs = nowMs()
    let end: ReturnType<EndpointPool['begin']> | undefined = pool.begin(slot)
    return (failed) => {
      end?.({ latencyMs: nowMs() - startedAtMs, failed })
      end = undefined
    }
  }

  #join(slot: EndpointSlot, answer: IncomingMessage, upstream: Duplex, upstreamHead: Buffer): void {
    const { client, head, counters } = this.#options
    counters.upgrades++
    countStatus(counters, 101)
    const headers = [...this.#responseHeaders(slot, answer), 'connection', 'Upgrade']
    headers.push('upgrade', 'websocket')
    writeRawHead(client, 101, 'Switching Protocols', headers)
    if (upstreamHead.length > 0) client.write(upstreamHead)
    if (head.length > 0) upstream.write(head)
    client.pipe(upstream).pipe(client)
    tieEnds(client, upstream)
    tieEnds(upstream, client)
  }

  /** The endpoint answered like any server. The end of its body is the end of the connection. */
  #relay(slot: EndpointSlot, answer: IncomingMessage): void {
    const { client, counters } = this.#options
    const status = answer.statusCode ?? 502
    countStatus(counters, status)
    const headers = [...this.#responseHeaders(slot, answer), 'connection', 'close']
    writeRawHead(client, status, answer.statusMessage ?? '', headers)
    answer.on('error', () => client.destroy())
    answer.pipe(client)
  }

  #responseHeaders(slot: EndpointSlot, answer: IncomingMessage): string[] {
    const moved = this.#cookieName !== undefined && slot.id !== this.#sessionId
    return forwardedResponseHeaders({
      rawHeaders: answer.rawHeaders,
      sessionCookie:
        moved && this.#cookieName !== undefined
          ? sessionCookie(this.#cookieName, slot.id)
          : undefined,
      connection: 'keep',
    })
  }

  #refuse(status: 502 | 503 | 504, text: string): void {
    countStatus(this.#options.counters, status)
    writeRawResponse(this.#options.client, status, text)
  }
}

/**
 * `pipe` passes an end on, but neither a break nor time: a WebSocket has no half that lives on, so
 * what is still open a while after one side ended is closed.
 */
function tieEnds(one: Duplex, other: Duplex): void {
  one.on('error', () => other.destroy())
  one.once('end', () => {
    const timer = setTimeout(() => other.destroy(), HALF_OPEN_MS)
    other.once('close', () => clearTimeout(timer))
  })
  one.once('close', () => {
    // Bytes that were handed over may still be on their way out.
    if (other.writableEnded && !other.writableFinished) other.once('finish', () => other.destroy())
    else other.destroy()
  })
}

/** Is this a request for a WebSocket, the only protocol that is switched to? */
export function asksForWebSocket(request: IncomingMessage): boolean {
  if (request.method !== 'GET' || request.httpVersion === '1.0') return false
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (lowerCaseName(request.rawHeaders[i] ?? '') !== 'upgrade') continue
    if (request.rawHeaders[i + 1]?.trim().toLowerCase() === 'websocket') return true
  }
  return false
}
