import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { Server as NetServer, Socket } from 'node:net'

/** Follows what a server has in flight, and asks its clients to leave when it drains. */
export interface ServerDrain {
  /** Requests (of an HTTP server) or connections (of any other) that are not finished. */
  readonly inflight: number
  /** From now on every response says `Connection: close`, so that no upstream connection stays. */
  begin(): void
  /** Resolves when nothing is in flight, or after `timeoutMs`. */
  idle(timeoutMs: number): Promise<void>
  /** Stops to follow the server. */
  stop(): void
}

export function drainOf(server: HttpServer | NetServer): ServerDrain {
  return 'requestTimeout' in server ? new HttpDrain(server) : new ConnectionDrain(server)
}

class HttpDrain implements ServerDrain {
  readonly #server: HttpServer
  readonly #responses = new Set<ServerResponse>()
  readonly #waiting = new IdleWaiters()
  #draining = false

  constructor(server: HttpServer) {
    this.#server = server
    // First in line: the program's own listener may send the head at once.
    server.prependListener('request', this.#onRequest)
  }

  get inflight(): number {
    return this.#responses.size
  }

  begin(): void {
    this.#draining = true
    for (const response of this.#responses) closeAfter(response)
  }

  idle(timeoutMs: number): Promise<void> {
    return this.#waiting.wait(() => this.inflight === 0, timeoutMs)
  }

  stop(): void {
    this.#server.off('request', this.#onRequest)
  }

  readonly #onRequest = (_request: unknown, response: ServerResponse): void => {
    this.#responses.add(response)
    if (this.#draining) closeAfter(response)
    response.once('close', () => {
      this.#responses.delete(response)
      this.#waiting.check()
    })
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}

class ConnectionDrain implements ServerDrain {
  readonly #server: NetServer
  readonly #sockets = new Set<Socket>()
  readonly #waiting = new IdleWaiters()

  constructor(server: NetServer) {
    this.#server = server
    server.prependListener('connection', this.#onConnection)
  }

  get inflight(): number {
    return this.#sockets.size
  }

  begin(): void {
    // A protocol that we do not know has no word for it.
  }

  idle(timeoutMs: number): Promise<void> {
    return this.#waiting.wait(() => this.inflight === 0, timeoutMs)
  }

  stop(): void {
    this.#server.off('connection', this.#onConnection)
  }

  readonly #onConnection = (socket: Socket): void => {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#waiting.check()
    })
  }
}

class IdleWaiters {
  readonly #waiters = new Set<{ isIdle: () => boolean; done: () => void }>()

  wait(isIdle: () => boolean, timeoutMs: number): Promise<void> {
    if (isIdle()) return Promise.resolve()
    return new Promise((resolve) => {
      const waiter = {
        isIdle,
        done: () => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          resolve()
        },
      }
      const timer = setTimeout(waiter.done, timeoutMs)
      this.#waiters.add(waiter)
    })
  }

  check(): void {
    for (const waiter of this.#waiters) if (waiter.isIdle()) waiter.done()
  }
}
