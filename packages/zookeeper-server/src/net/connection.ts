import type { Socket } from 'node:net'
import {
  type Acl,
  type ConnectRequest,
  decodeConnectRequest,
  decodeRequestHeader,
  encodeReplyHeader,
  encodeWatcherEvent,
  type JuteReader,
  type JuteWriter,
  KeeperState,
  Perms,
  ProtocolError,
  type RequestHeader,
  SpecialXid,
} from '@zoogate/zookeeper/protocol'
import { allows } from '../access/allows.ts'
import type { Identity } from '../access/identity.ts'
import type { Watcher } from '../watches/watch-manager.ts'
import { FrameQueue } from './frame-queue.ts'
import { Outbox } from './outbox.ts'
import { RequestReader } from './request-reader.ts'
import { Traffic } from './traffic.ts'

/** A client's requests wait while it has this much unread or unsynced: what it gets is bounded by what it takes. */
const PAUSE_BYTES = 2 * 1024 * 1024
/** A client that lets this many bytes of events lie is cut off; it finds out by setWatches what it missed. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024
const WORD_BYTES = 4

/** The server, as a connection sees it. */
export interface ConnectionHost {
  readonly maxFrameBytes: number
  readonly lastZxid: bigint
  readonly durableZxid: bigint
  /** False for moments in which no request may be carried out. */
  readonly serving: boolean
  readonly traffic: Traffic
  nowMs(): number
  log(message: string): void
  /** The answer to a four-letter word; undefined when it is none. */
  word(text: string): string | undefined
  connect(connection: Connection, request: ConnectRequest): void
  request(connection: Connection, header: RequestHeader, reader: JuteReader): void
  /** Something came from the session's client. */
  heard(connection: Connection): void
  /** The connection has frames that wait for the disk: call `flush` when there is news. */
  waits(connection: Connection): void
  gone(connection: Connection): void
}

/** One client's socket: frames in, frames out, and the watcher of what the client watches. */
export class Connection implements Watcher {
  readonly #socket: Socket
  readonly #host: ConnectionHost
  readonly #frames: FrameQueue
  readonly #outbox = new Outbox()
  readonly #reader = new RequestReader(Buffer.alloc(0))
  readonly traffic = new Traffic()
  readonly address: string
  readonly remote: string
  readonly openedAtMs: number
  /** Whom the client has proved to be. */
  identities: readonly Identity[]
  /** 0 before the handshake. */
  sessionId = 0n
  timeoutMs = 0
  establishedAtMs = 0
  lastOpCode: number | undefined
  lastXid = 0
  #connected = false
  #ending = false
  #closed = false
  #arrivedAtMs = 0
  /** When the requests arrived whose answers wait for the disk. */
  #waitingSinceMs: number[] = []
  #requestBytes = 0

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket
    this.#host = host
    this.#frames = new FrameQueue(host.maxFrameBytes)
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    this.remote = `/${this.address}:${socket.remotePort}`
    this.openedAtMs = host.nowMs()
    this.identities = [{ scheme: 'ip', id: this.address }]
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('drain', () => this.process())
    socket.on('end', () => this.destroy())
    socket.on('error', () => this.destroy())
    socket.on('close', () => this.destroy())
  }

  get connected(): boolean {
    return this.#connected
  }

  /** Frames that came and wait for their turn or for the disk. */
  get queued(): number {
    return this.#waitingSinceMs.length
  }

  /** Whether there are frames that wait for the disk. */
  get holds(): boolean {
    return this.#outbox.bytes > 0
  }

  /** Carries out what has come, as far as the client takes its answers. */
  process(): void {
    try {
      // What stops a round may be gone as soon as its answers have left: then there is no other event to go on at.
      while (this.#processRound() && !this.#isFull());
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#host.log(`${this.remote} is cut off: ${error.message}`)
      this.destroy()
    }
    this.flush()
    this.#pauseOrResume()
  }

  /** Sends a reply: its header, and a body when there is no error. */
  reply(xid: number, err: number, body?: (writer: JuteWriter) => void): void {
    const zxid = this.#host.lastZxid
    this.send((writer) => {
      encodeReplyHeader(writer, { xid, zxid: xid === SpecialXid.auth ? 0n : zxid, err })
      body?.(writer)
    })
    this.#waitingSinceMs.push(this.#arrivedAtMs)
  }

  /** Sends a frame when all that is applied by now is on disk. */
  send(fill: (writer: JuteWriter) => void): void {
    if (this.#closed) return
    const { lastZxid } = this.#host
    this.#outbox.write(lastZxid, fill)
    this.traffic.sent++
    this.#host.traffic.sent++
    if (lastZxid > this.#host.durableZxid) this.#host.waits(this)
  }

  notify(event: { type: number; path: string; zxid: bigint; acl: readonly Acl[] }): void {
    const { type, path, zxid, acl } = event
    if (this.#closed || (acl.length > 0 && !allows(acl, Perms.read, this.identities))) return
    if (this.#outbox.bytes + this.#socket.writableLength > UNREAD_BYTES_MAX) {
      this.#host.log(`${this.remote} is cut off: it does not read its events`)
      this.destroy()
      return
    }
    this.send((writer) => {
      encodeReplyHeader(writer, { xid: SpecialXid.notification, zxid, err: 0 })
      encodeWatcherEvent(writer, { type, state: KeeperState.syncConnected, path })
    })
  }

  /** Lets go what may leave. */
  flush(): void {
    if (this.#closed) return
    const chunks = this.#outbox.release(this.#host.durableZxid)
    if (chunks.length > 0) {
      if (chunks.length > 1) this.#socket.cork()
      for (const chunk of chunks) this.#socket.write(chunk)
      if (chunks.length > 1) this.#socket.uncork()
    }
    if (this.#outbox.bytes > 0) return
    this.#requestBytes = 0
    this.#countLatencies()
    if (this.#ending) this.#socket.end()
  }

  /** The disk has news: lets go what waited for it, and goes on with what the client sent meanwhile. */
  diskReached(): void {
    this.flush()
    if (this.#frames.bytes > 0) this.process()
    else this.#pauseOrResume()
  }

  /** The session begins, or goes on, on this connection. */
  establish(sessionId: bigint, timeoutMs: number): void {
    this.#connected = true
    this.sessionId = sessionId
    this.timeoutMs = timeoutMs
    this.establishedAtMs = this.#host.nowMs()
  }

  /** Closes behind what is still to be sent. Nothing more is read. */
  end(): void {
    this.#ending = true
  }

  /** Closes at once. */
  destroy(): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.destroy()
    this.#host.gone(this)
  }

  #read(chunk: Buffer): void {
    this.#arrivedAtMs = this.#host.nowMs()
    this.#frames.push(chunk)
    if (this.#connected) this.#host.heard(this)
    this.process()
  }

  /** Whether it stopped because the client has enough to take, not because there was no whole frame left. */
  #processRound(): boolean {
    while (!this.#closed && !this.#ending && this.#host.serving) {
      if (this.#isFull()) {
        this.flush()
        return true
      }
      if (!this.#connected && this.#answerWord()) return false
      const frame = this.#frames.next()
      if (frame === undefined) return false
      this.#handle(frame)
    }
    return false
  }

  #handle(frame: Buffer): void {
    this.#reader.reset(frame, 0, frame.length)
    this.traffic.received++
    this.#host.traffic.received++
    this.#requestBytes += frame.length
    if (!this.#connected) {
      this.#host.connect(this, decodeConnectRequest(this.#reader))
      return
    }
    const header = decodeRequestHeader(this.#reader)
    this.lastXid = header.xid
    this.lastOpCode = header.type
    this.#host.request(this, header, this.#reader)
  }

  /** A connection's first four bytes are a length, or a word that would be far too long a length. */
  #answerWord(): boolean {
    const answer = this.#host.word(this.#frames.peek(WORD_BYTES)?.toString('latin1') ?? '')
    if (answer === undefined) return false
    this.#ending = true
    this.#socket.end(answer)
    return true
  }

  #isFull(): boolean {
    return (
      this.#outbox.bytes + this.#requestBytes > PAUSE_BYTES ||
      this.#socket.writableLength > PAUSE_BYTES
    )
  }

  #pauseOrResume(): void {
    if (this.#closed || this.#ending) return
    const wanted = this.#host.serving && !this.#isFull()
    if (wanted === this.#socket.isPaused()) {
      if (wanted) this.#socket.resume()
      else this.#socket.pause()
    }
  }

  #countLatencies(): void {
    if (this.#waitingSinceMs.length === 0) return
    const nowMs = this.#host.nowMs()
    for (const sinceMs of this.#waitingSinceMs) {
      this.traffic.answered(nowMs - sinceMs)
      this.#host.traffic.answered(nowMs - sinceMs)
    }
    this.#waitingSinceMs = []
  }
}
