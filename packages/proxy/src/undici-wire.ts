import { type Dispatcher, Pool } from 'undici'
import type { AttemptFailure } from './retry-decision.ts'
import type {
  Upstream,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamRequest,
  UpstreamTarget,
} from './wire.ts'

/** Silence of an endpoint that ends an attempt where the route sets no limit. */
const HEADERS_TIMEOUT_MS = 300_000
/** Silence between two parts of a response body. Time in which the client does not read is not counted. */
const BODY_TIMEOUT_MS = 300_000
/** Largest response head, in bytes. */
const RESPONSE_HEAD_BYTES_MAX = 64 * 1024
/**
 * How long an idle connection is kept where the endpoint does not say. Shorter than the 5 s of
 * Node's servers, so that it is we who close: a request never meets a connection just being closed.
 */
const IDLE_CONNECTION_MS = 4_000

/** The wire over undici's pools. */
export function undiciWire(target: UpstreamTarget): Upstream {
  const host = target.address.includes(':') ? `[${target.address}]` : target.address
  const pool = new Pool(`http://${host}:${target.port}`, {
    connections: target.connectionsMax ?? null,
    pipelining: 1,
    connect: { timeout: target.connectTimeoutMs },
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_TIMEOUT_MS,
    maxHeaderSize: RESPONSE_HEAD_BYTES_MAX,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    // The front keeps the client's own Content-Length; a client that breaks it is cut off.
    strictContentLength: true,
  })
  return {
    send(request, handler) {
      const exchange = new UndiciExchange(handler)
      exchange.dispatch(pool, request)
      return exchange
    },
    async close() {
      await pool.close()
    },
    destroy() {
      void pool.destroy()
    },
  }
}

class UndiciExchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  readonly #handler: UpstreamHandler
  #controller: Dispatcher.DispatchController | undefined
  #over = false
  /** Its Content-Length, if it has one, is that of another response (RFC 9110 §8.6). */
  #hasNoBody = false

  constructor(handler: UpstreamHandler) {
    this.#handler = handler
  }

  dispatch(pool: Pool, request: UpstreamRequest): void {
    try {
      pool.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: [...request.headers],
          body: request.body,
          // A slow response must not keep others from a connection of their own.
          blocking: false,
        },
        this,
      )
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  pause(): void {
    if (!this.#over) this.#controller?.pause()
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume()
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.abort(new Error('given up'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Given up while it waited for a connection.
    if (this.#over) controller.abort(new Error('given up'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText?: string,
  ): void {
    if (this.#over) return
    const rawHeaders = latin1(controller.rawHeaders)
    this.#hasNoBody = status === 204 || status === 304
    if (status < 200) this.#handler.information(status, rawHeaders)
    else this.#handler.response(status, statusText ?? '', rawHeaders)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over) this.#handler.data(chunk)
  }

  onResponseEnd(): void {
    if (this.#over) return
    this.#over = true
    this.#handler.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // undici waits for the body that a 304 tells the length of.
    if (this.#hasNoBody && codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
      this.onResponseEnd()
    } else this.#fail(error)
  }

  #fail(error: Error): void {
    if (this.#over) return
    this.#over = true
    this.#handler.failed(this.#classify(error), error)
  }

  #classify(error: Error): AttemptFailure {
    switch (codeOf(error)) {
      case 'UND_ERR_INVALID_ARG':
      case 'UND_ERR_NOT_SUPPORTED':
      case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      case 'UND_ERR_HEADERS_OVERFLOW':
        return 'protocol'
      case 'UND_ERR_HEADERS_TIMEOUT':
      case 'UND_ERR_BODY_TIMEOUT':
        return 'timeout'
      default:
    }
    if (error.name === 'HTTPParserError') return 'protocol'
    // undici calls onRequestStart just before it writes: without it nothing has left this machine.
    return this.#controller === undefined ? 'connect' : 'reset'
  }
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined
}

function latin1(raw: Dispatcher.DispatchController['rawHeaders']): readonly string[] {
  if (!Array.isArray(raw)) return []
  return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')))
}
