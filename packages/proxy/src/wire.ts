import type { Readable } from 'node:stream'
import type { AttemptFailure } from './retry-decision.ts'

/**
 * The wire: how a request gets to one endpoint and its response back. The proxy knows only this, so
 * that another way of speaking HTTP can take its place.
 */
export interface Upstream {
  /** Sends a request, over an idle connection or a new one. Never throws. */
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamExchange
  /** Takes no more requests, finishes those it has, closes idle connections at once. */
  close(): Promise<void>
  /** Closes everything now. */
  destroy(): void
}

export interface UpstreamRequest {
  readonly method: string
  /** Origin form. */
  readonly path: string
  /** Name, value, name, value; without framing headers but Content-Length. */
  readonly headers: readonly string[]
  readonly body: Readable | null
}

/** The sender's hand on a request under way. All calls are harmless after its end. */
export interface UpstreamExchange {
  /** Stops the response until `resume`: the reader is slower than the endpoint. */
  pause(): void
  resume(): void
  /** Gives the request up. The handler hears nothing more. */
  abort(): void
}

/** Called in order: information*, then response, data*, end; `failed` ends it at any point. */
export interface UpstreamHandler {
  /** An interim response, 102 to 199 (RFC 9110 §15.2). */
  information(status: number, rawHeaders: readonly string[]): void
  response(status: number, statusText: string, rawHeaders: readonly string[]): void
  data(chunk: Buffer): void
  end(): void
  failed(failure: AttemptFailure, error: Error): void
}

export interface UpstreamTarget {
  readonly address: string
  readonly port: number
  /** Connections at once; undefined: no limit. */
  readonly connectionsMax: number | undefined
  readonly connectTimeoutMs: number
}

/** Makes an upstream. Opens nothing until the first request. */
export type Wire = (target: UpstreamTarget) => Upstream
