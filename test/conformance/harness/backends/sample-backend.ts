import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { durationMs } from '../../../../packages/zoogate/src/model/values/duration.ts'
import { webSocketAccept } from '../../../support/echo-backend.ts'
import type { Answer, BackendSpec } from '../case-schema.ts'
import { filler } from '../client/bytes.ts'
import { readTextFrame, textFrame } from '../client/websocket-frames.ts'
import { endSlowly } from '../slowly.ts'
import { instructionFor, REQUEST_ID } from './instructions.ts'
import { type Seen, seenOf } from './seen.ts'
import { createEchoServer } from './tcp-echo.ts'

/** Of HTTPS. All PEM. */
export interface BackendTls {
  readonly cert: string
  readonly key: string
  /** Whoever connects must show a certificate of this authority's. */
  readonly clientCa?: string
}

/** The servers behind a case's engine share this: who saw which request. */
export class Sightings {
  readonly #byId = new Map<string, Seen[]>()

  add(id: string, seen: Seen): number {
    const all = this.#byId.get(id) ?? []
    this.#byId.set(id, [...all, seen])
    return all.length + 1
  }

  of(id: string): readonly Seen[] {
    return this.#byId.get(id) ?? []
  }
}

export interface SampleBackendOptions {
  readonly name: string
  readonly port: number
  readonly spec: BackendSpec
  readonly tls?: BackendTls
  readonly sightings: Sightings
}

/** A server that answers with its name and what it saw, or as a request or a case tells it to. */
export class SampleBackend implements AsyncDisposable {
  readonly #options: SampleBackendOptions
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #health: number
  /** Requests that wait for their answer. */
  #atOnce = 0

  constructor(options: SampleBackendOptions) {
    this.#options = options
    this.#health = options.spec.health ?? 200
  }

  /** As the case wrote it. */
  reset(): Promise<void> {
    const { spec } = this.#options
    return this.become({ listens: spec.listens ?? true, health: spec.health ?? 200 })
  }

  async become({ listens, health }: { listens?: boolean; health?: number }): Promise<void> {
    if (health !== undefined) this.#health = health
    if (listens === true) await this.#listen()
    if (listens === false) await this.#close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }

  async #listen(): Promise<void> {
    if (this.#server !== undefined) return
    const server = this.#create()
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#options.port, '127.0.0.1', resolve)
    })
    this.#server = server
  }

  async #close(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #create(): Server {
    const { name, spec, tls } = this.#options
    if (spec.protocol === 'TCP') return createEchoServer(name, () => this.#health === 200)
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      // A request that is broken off in the middle has nobody left to answer to.
      this.#answer(request, response).catch(() => response.destroy())
    }
    const server =
      tls === undefined
        ? createServer(listener)
        : createTlsServer(
            {
              cert: tls.cert,
              key: tls.key,
              ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true }),
            },
            listener,
          )
    // The engine's pools must not meet a connection that was closed for its age.
    server.keepAliveTimeout = 600_000
    server.on('upgrade', (request, socket) => {
      this.#upgrade(request, socket as Socket).catch(() => socket.destroy())
    })
    return server
  }

  /** A WebSocket, or what it was told to answer in place of one. */
  async #upgrade(request: IncomingMessage, socket: Socket): Promise<void> {
    const { name } = this.#options
    const answer = this.#toldAnswer(request, seenOf(name, request, Buffer.alloc(0)))
    if (answer.delay !== undefined) await wait(durationMs(answer.delay))
    if (answer.drop === true) socket.destroy()
    else if (answer.raw !== undefined) socket.end(answer.raw)
    else if (answer.status === undefined) echoMessages(name, request, socket, answer.headers)
    else {
      const lines = headerLines({ 'X-By': name, 'Content-Length': '0', ...answer.headers })
      socket.end(`HTTP/1.1 ${answer.status} Told\r\n${lines}\r\n`)
    }
  }

  /** What a request tells it to answer, once that was noted. */
  #toldAnswer({ headers }: IncomingMessage, seen: Seen): Answer {
    const { name, sightings } = this.#options
    const attempt = sightings.add(String(headers[REQUEST_ID] ?? ''), seen)
    const told = instructionFor(name, headers)
    return attempt > (told.times ?? attempt) ? {} : told
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { name } = this.#options
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    response.setHeader('X-By', name)
    if (request.url === '/healthz') {
      response.statusCode = this.#health
      response.end()
      return
    }
    const seen = seenOf(name, request, Buffer.concat(chunks))
    const answer = this.#toldAnswer(request, seen)
    this.#atOnce++
    const atOnce = this.#atOnce
    if (answer.delay !== undefined) await wait(durationMs(answer.delay))
    this.#atOnce--
    if (answer.drop === true) {
      request.socket.destroy()
      return
    }
    if (answer.raw !== undefined) {
      request.socket.end(answer.raw)
      return
    }
    response.statusCode = answer.status ?? 200
    response.setHeader('X-At-Once', String(atOnce))
    response.setHeader('Content-Type', 'application/json')
    for (const [header, value] of Object.entries(answer.headers ?? {})) {
      response.setHeader(header, value)
    }
    const { bodyBytes, body = JSON.stringify(seen), slowly } = answer
    const bytes = bodyBytes === undefined ? Buffer.from(body) : filler(bodyBytes)
    if (slowly === undefined) response.end(bytes)
    else await endSlowly(response, bytes, durationMs(slowly))
  }
}

function echoMessages(
  name: string,
  request: IncomingMessage,
  socket: Socket,
  headers: Answer['headers'],
): void {
  const lines = headerLines({
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Accept': webSocketAccept(request.headers['sec-websocket-key'] ?? ''),
    'X-By': name,
    ...headers,
  })
  socket.on('error', () => socket.destroy())
  // Node leaves a connection that was upgraded half open.
  socket.on('end', () => socket.end())
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`)
  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const text = readTextFrame(received)
    if (text === undefined) return
    received = Buffer.alloc(0)
    socket.write(textFrame(text, false))
  })
}

function headerLines(headers: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`),
  )
  return lines.join('')
}
