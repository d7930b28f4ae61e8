import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { writeRawResponse } from './raw-response.ts'
import { ANSWERS } from './request-rules.ts'

/** Largest request head, in bytes: 431 above. */
const REQUEST_HEAD_BYTES_MAX = 16 * 1024
/** Time for a request's head to arrive whole: 408 after. */
const REQUEST_HEAD_TIMEOUT_MS = 30_000
/** How often Node looks for connections whose time is up. */
const TIMEOUT_CHECK_INTERVAL_MS = 5_000

/** Where a front listens: a socket that somebody bound already, or an address. */
export type ListenOn =
  | { readonly handle: object }
  | { readonly address: string; readonly port: number }

export interface FrontHandlers {
  request(front: Front, request: IncomingMessage, response: ServerResponse): void
  upgrade(front: Front, request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** A new client connection; the answer says whether it may stay. */
  connection(socket: Socket): 'keep' | 'close'
}

/**
 * One listening socket with Node's HTTP/1 server on it. Until it is opened, requests wait: a listener
 * may listen before the routes of its configuration are in force.
 */
export class Front {
  /** What routes call it. A listener may change its name and keep its socket. */
  listenerName: string
  readonly #server: Server
  readonly #handlers: FrontHandlers
  readonly #sockets = new Set<Socket>()
  #waiting: (() => void)[] | undefined = []
  #closing = false

  constructor(listenerName: string, handlers: FrontHandlers, keepAliveMs: number) {
    this.listenerName = listenerName
    this.#handlers = handlers
    this.#server = createServer({
      insecureHTTPParser: false,
      requireHostHeader: true,
      maxHeaderSize: REQUEST_HEAD_BYTES_MAX,
      headersTimeout: REQUEST_HEAD_TIMEOUT_MS,
      // A body may take as long as it flows; the route's timeouts bound the whole.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      noDelay: true,
    })
    this.#listenForRequests()
  }

  get closing(): boolean {
    return this.#closing
  }

  set keepAliveMs(keepAliveMs: number) {
    this.#server.keepAliveTimeout = keepAliveMs
  }

  /** @throws the system's error, e.g. with code `EADDRINUSE` */
  listen(on: ListenOn): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      const listening = () => {
        this.#server.off('error', reject)
        // Running out of descriptors fails one accept, not the listener.
        this.#server.on('error', () => {})
        resolve()
      }
      if ('handle' in on) this.#server.listen(on.handle, listening)
      else if (on.address === '*') this.#server.listen(on.port, listening)
      else this.#server.listen(on.port, on.address, listening)
    })
  }

  /** Lets the requests through, those that waited first. */
  open(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const run of waiting) run()
  }

  address(): AddressInfo | undefined {
    const address = this.#server.address()
    return address === null || typeof address === 'string' ? undefined : address
  }

  /** Accepts no more, finishes what it has. Resolves when the last connection is closed. */
  close(): Promise<void> {
    this.#closing = true
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  /** Breaks off what is left, tunnels included, which Node's server no longer counts as its own. */
  destroyConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #listenForRequests(): void {
    const whenOpen = (run: () => void) => {
      if (this.#waiting === undefined) run()
      else this.#waiting.push(run)
    }
    this.#server.on('request', (request, response) => {
      whenOpen(() => this.#handlers.request(this, request, response))
    })
    this.#server.on('checkContinue', (request, response) => {
      whenOpen(() => {
        response.writeContinue()
        this.#handlers.request(this, request, response)
      })
    })
    this.#server.on('upgrade', (request, socket, head) => {
      whenOpen(() => this.#handlers.upgrade(this, request, socket, head))
    })
    this.#server.on('connect', (_request, socket) => {
      socket.on('error', () => socket.destroy())
      writeRawResponse(socket, 405, ANSWERS.methodNotAllowed)
    })
    this.#server.on('connection', (socket) => {
      if (this.#handlers.connection(socket) === 'close') {
        socket.destroy()
        return
      }
      if (this.#sockets.has(socket)) return
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** Hands a connection that was taken off for an upgrade back to the server. */
  readAgain(socket: Duplex, bytes: Buffer): void {
    socket.unshift(bytes)
    this.#server.emit('connection', socket)
  }
}
