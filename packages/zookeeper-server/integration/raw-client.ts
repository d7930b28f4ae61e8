import { connect, type Socket } from 'node:net'
import {
  type ConnectResponse,
  decodeConnectResponse,
  decodeReplyHeader,
  decodeWatcherEvent,
  encodeConnectRequest,
  encodeRequestHeader,
  JuteReader,
  JuteWriter,
  type Operation,
  SpecialXid,
} from '@zoogate/zookeeper/protocol'
import { FrameQueue } from '../src/net/frame-queue.ts'

const ANSWER_TIMEOUT_MS = 10_000
const MAX_FRAME_BYTES = 16 * 1024 * 1024

/** What came from the server, in order. */
export type Incoming<Response = unknown> =
  | { readonly type: 'event'; readonly event: string; readonly path: string; readonly zxid: bigint }
  | {
      readonly type: 'reply'
      readonly xid: number
      readonly zxid: bigint
      readonly err: number
      readonly response: Response | undefined
      /** Bytes behind the response that it should not have. */
      readonly rest: number
    }
  | { readonly type: 'closed' }

export interface RawClientOptions {
  readonly timeoutMs?: number
  readonly sessionId?: bigint
  readonly password?: Buffer
  readonly lastZxidSeen?: bigint
  /** Whether the handshake has its last byte. Default true. */
  readonly readOnlyByte?: boolean
}

const EVENTS: Readonly<Record<number, string>> = {
  1: 'created',
  2: 'deleted',
  3: 'dataChanged',
  4: 'childrenChanged',
}

/** A connection that does nothing by itself: it sends what it is told, and shows every frame that comes. */
export class RawClient {
  readonly #socket: Socket
  readonly #frames = new FrameQueue(MAX_FRAME_BYTES)
  readonly #expected = new Map<number, Operation<never, unknown>>()
  readonly #seen: Incoming[] = []
  #wake: () => void = () => {}
  #closed = false
  #xid = 0
  handshake: ConnectResponse | undefined
  /** Bytes behind the handshake's password. */
  handshakeRest = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.#frames.push(chunk)
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  /** Connects; `handshake` stays undefined when the server closed instead. */
  static async connect(port: number, options: RawClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(connect({ host: '127.0.0.1', port }))
    const writer = new JuteWriter()
    const mark = writer.beginFrame()
    encodeConnectRequest(writer, {
      protocolVersion: 0,
      lastZxidSeen: options.lastZxidSeen ?? 0n,
      timeoutMs: options.timeoutMs ?? 10_000,
      sessionId: options.sessionId ?? 0n,
      password: options.password ?? Buffer.alloc(16),
      ...(options.readOnlyByte === false ? {} : { readOnly: false }),
    })
    writer.endFrame(mark)
    client.#socket.write(writer.take())
    const frame = await client.#frame()
    if (frame !== undefined) {
      client.handshakeRest = frame.length - 36
      client.handshake = decodeConnectResponse(new JuteReader(frame))
    }
    return client
  }

  get sessionId(): bigint {
    return this.handshake?.sessionId ?? 0n
  }

  get password(): Buffer {
    return this.handshake?.password ?? Buffer.alloc(16)
  }

  /** Sends a request and does not wait. */
  send<Request, Response>(
    operation: Operation<Request, Response>,
    request: Request,
    xid = ++this.#xid,
  ): number {
    this.sendRaw(operation.opCode, (writer) => operation.encodeRequest(writer, request), xid)
    this.#expected.set(xid, operation as Operation<never, unknown>)
    return xid
  }

  sendRaw(type: number, body: (writer: JuteWriter) => void, xid = ++this.#xid): void {
    const writer = new JuteWriter()
    const mark = writer.beginFrame()
    encodeRequestHeader(writer, { xid, type })
    body(writer)
    writer.endFrame(mark)
    this.#socket.write(writer.take())
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** The next frame, whatever it is. */
  async next(): Promise<Incoming> {
    const frame = await this.#frame()
    if (frame === undefined) return { type: 'closed' }
    const reader = new JuteReader(frame)
    const { xid, zxid, err } = decodeReplyHeader(reader)
    if (xid === SpecialXid.notification) {
      const { type, path } = decodeWatcherEvent(reader)
      return { type: 'event', event: EVENTS[type] ?? String(type), path, zxid }
    }
    const operation = this.#expected.get(xid)
    const response = err === 0 ? operation?.decodeResponse(reader) : undefined
    return { type: 'reply', xid, zxid, err, response, rest: reader.remaining }
  }

  /** Sends a request and resolves with its reply; events that come before are kept for `events`. */
  async call<Request, Response>(
    operation: Operation<Request, Response>,
    request: Request,
    xid?: number,
  ): Promise<Exclude<Incoming<Response>, { type: 'event' }>> {
    this.send(operation, request, xid)
    for (;;) {
      const incoming = await this.next()
      if (incoming.type !== 'event') {
        return incoming as Exclude<Incoming<Response>, { type: 'event' }>
      }
      this.#seen.push(incoming)
    }
  }

  /** The events that came before the reply of the last call, as "created /a". */
  events(): string[] {
    return this.#seen
      .splice(0)
      .map((incoming) => (incoming.type === 'event' ? `${incoming.event} ${incoming.path}` : ''))
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Stops reading, so that what the server sends piles up. */
  stopReading(): void {
    this.#socket.pause()
  }

  get closed(): boolean {
    return this.#closed
  }

  async #frame(): Promise<Buffer | undefined> {
    const end = Date.now() + ANSWER_TIMEOUT_MS
    for (;;) {
      const frame = this.#frames.next()
      if (frame !== undefined || this.#closed) return frame
      const leftMs = end - Date.now()
      if (leftMs <= 0) throw new Error('the server did not answer')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
