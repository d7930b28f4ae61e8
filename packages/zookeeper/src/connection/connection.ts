import type { Socket } from 'node:net'
import type { ClientDiagnostics } from '../diagnostics/client-diagnostics.ts'
import { ConnectionLossError } from '../errors/client-errors.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { serverError } from '../errors/server-errors.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { FrameDecoder } from '../protocol/jute/frame-decoder.ts'
import type { JuteReader } from '../protocol/jute/jute-reader.ts'
import { JuteWriter } from '../protocol/jute/jute-writer.ts'
import { OpCode } from '../protocol/op-code.ts'
import {
  type ConnectRequest,
  type ConnectResponse,
  decodeConnectResponse,
  encodeConnectRequest,
} from '../protocol/records/connect.ts'
import { encodeRequestHeader } from '../protocol/records/headers.ts'
import { decodeWatcherEvent, type WatcherEvent } from '../protocol/records/watcher-event.ts'
import { SpecialXid } from '../protocol/special-xid.ts'
import { asZooKeeperError, type Outgoing } from './call.ts'
import type { Clock, Timer } from './clock.ts'
import { DeliveryOrder } from './delivery-order.ts'
import { Fifo } from './fifo.ts'
import { Heartbeat } from './heartbeat.ts'
import type { TlsSource } from './tls-options.ts'
import { openTcp, openTls, type Transport } from './transport.ts'

/** The largest number of requests on the wire without an answer; the others wait in the session's queue. */
const MAX_IN_FLIGHT = 10_000
/** Bytes that may wait for a slow socket before requests wait in the session's queue instead. */
const MAX_UNSENT_BYTES = 1024 * 1024
/** An unfinished frame must gain so much within the read timeout: the answers to pings that a wrong length swallows are less. */
const MIN_PROGRESS_BYTES = 16 * 1024
/** A batch that grows beyond this goes to the socket before the tick ends. */
const FLUSH_AT_BYTES = 256 * 1024
/** How long a connection that is left waits for the answers that are due. */
const LEAVE_TIMEOUT_MS = 1_000
const LARGEST_XID = 0x7fffffff

/** One server to speak to. */
export interface Endpoint {
  /** A name or an address. */
  readonly host: string
  readonly port: number
  /** What the connect string calls it, where `host` is an address that was found for it: its certificate is for this. */
  readonly serverName?: string
}

/** How far a connection has come. */
export type ConnectionPhase = 'connecting' | 'handshaking' | 'open' | 'closed'

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly endpoint: Endpoint
  readonly handshake: ConnectRequest
  /** Undefined: plain TCP. Asked anew for each connection. */
  readonly tls?: TlsSource | undefined
  /** How long TCP, TLS and the handshake may take together. */
  readonly connectTimeoutMs: number
  readonly maxReplyBytes: number
  readonly maxRequestBytes: number
  readonly clock: Clock
  readonly diagnostics: ClientDiagnostics
}

/** Whom a connection tells. None of the functions may throw. */
export interface ConnectionListener {
  /** Takes a watch event in, and gives what tells its watchers. */
  takeEvent(event: WatcherEvent, zxid: bigint): () => void
  /** Room for further requests may have come. */
  onProgress(): void
}

/**
 * One socket to one server: handshake, requests and replies in order, watch events, pings.
 *
 * Requests made in one tick go out as one write, on a busy connection those of one turn of the event loop. The server must be heard from
 * within 2/3 of the session timeout, counted from the last byte received; after 1/3 without sending a ping goes out. A connection is used
 * once: when it closes, whatever was not answered fails with a `ConnectionLossError`, and `closed` resolves.
 */
export class Connection {
  readonly endpoint: Endpoint
  readonly diagnostics: ClientDiagnostics
  /** Resolves, with the reason, when the connection has ended, whoever ended it. */
  readonly closed: Promise<Error>
  /** How far the connection had come when it closed, or has. */
  lastPhase: Exclude<ConnectionPhase, 'closed'> = 'connecting'
  /** The newest transaction that a reply named: all events up to it have come. 0 before the first. */
  lastZxid = 0n
  /** The newest transaction that anything named, an event too: no server that is behind it will do. 0 before the first. */
  newestZxid = 0n
  readonly #options: ConnectionOptions
  readonly #listener: ConnectionListener
  readonly #clock: Clock
  readonly #writer: JuteWriter
  readonly #decoder: FrameDecoder
  readonly #heartbeat: Heartbeat
  readonly #order = new DeliveryOrder()
  readonly #pending = new Fifo<Outgoing>()
  readonly #pendingAuth = new Fifo<Outgoing>()
  readonly #onFrame = (frame: JuteReader) => this.#take(frame)
  #socket: Socket | undefined
  #resolveClosed: (reason: Error) => void = () => {}
  #onHandshake: ((response: ConnectResponse) => void) | undefined
  #isClosed = false
  /** When the first request of the batch that is being written was written: the clock is asked once for all of them. */
  #batchAtMs = 0
  #leavingFor: Error | undefined
  #leaveTimer: Timer | undefined
  #nextXid = 1
  /** What came since the last whole frame, or since it was last enough to be a sign of life. */
  #unfinishedBytes = 0
  #blocked = false

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options
    this.endpoint = options.endpoint
    this.#listener = listener
    this.#clock = options.clock
    this.diagnostics = options.diagnostics
    const connectingStage = options.tls === undefined ? 'connection' : 'TLS handshake'
    this.#heartbeat = new Heartbeat({
      clock: options.clock,
      ping: () => this.#ping(),
      stage: () => (this.lastPhase === 'connecting' ? connectingStage : 'handshake'),
      giveUp: (reason) => this.close(reason),
    })
    this.#writer = new JuteWriter({ maxFrameBytes: options.maxRequestBytes })
    this.#decoder = new FrameDecoder({ maxFrameBytes: options.maxReplyBytes })
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
  }

  get phase(): ConnectionPhase {
    return this.#isClosed ? 'closed' : this.lastPhase
  }

  /** Whether a request may be sent now; otherwise it should wait for `onProgress`. */
  get canSend(): boolean {
    return (
      this.lastPhase === 'open' &&
      !this.#isClosed &&
      this.#leavingFor === undefined &&
      this.#pending.length < MAX_IN_FLIGHT &&
      this.#writer.length < MAX_UNSENT_BYTES
    )
  }

  /** Connects and shakes hands. Rejects with the reason when the connection closes before that is done. */
  async connect(): Promise<ConnectResponse> {
    this.diagnostics.connectStart(this.endpoint)
    this.#heartbeat.start(this.#options.connectTimeoutMs)
    const handshake = new Promise<ConnectResponse>((resolve) => {
      this.#onHandshake = resolve
    })
    void this.#openSocket()
    const outcome = await Promise.race([handshake, this.closed])
    if (outcome instanceof Error) throw outcome
    return outcome
  }

  async #openSocket(): Promise<void> {
    const { endpoint, tls } = this.#options
    const take = (chunk: Buffer) => this.#takeChunk(chunk)
    try {
      if (tls === undefined) this.#listenTo(openTcp(endpoint, take))
      else {
        const options = await tls()
        if (!this.#isClosed) this.#listenTo(openTls(endpoint, options, take))
      }
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #listenTo({ socket, readyEvent, explain }: Transport): void {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on(readyEvent, () => this.#sendHandshake())
    socket.on('drain', () => this.#onDrain())
    socket.on('error', (error) => this.close(explain(this.lastPhase, error)))
    // Not `close` alone: that one waits until what we still have to write is gone.
    socket.on('end', () => this.close(explain(this.lastPhase)))
    socket.on('close', () => this.close(explain(this.lastPhase)))
  }

  /** Writes a request. One that cannot be written (too long, an argument out of range) fails, and nothing else does. */
  send(call: Outgoing): void {
    const xid = this.#nextXid
    this.#nextXid = xid === LARGEST_XID ? 1 : xid + 1
    this.#write(call, xid, this.#pending)
  }

  /** Writes the watches to arm again; their reply comes in the order of requests, but under a number of its own. */
  sendSetWatches(call: Outgoing): void {
    this.#write(call, SpecialXid.setWatches, this.#pending)
  }

  /** Writes a credential. The server answers those outside the order of requests. */
  sendAuth(call: Outgoing): void {
    this.#write(call, SpecialXid.auth, this.#pendingAuth)
  }

  /** Ends the connection as soon as everything that was sent is answered, which may take a little; nothing may be sent any more. */
  leave(reason: Error): void {
    this.#leavingFor ??= reason
    this.#leaveTimer ??= this.#clock.setTimer(() => this.close(reason), LEAVE_TIMEOUT_MS)
    if (this.#pending.length === 0 && this.#pendingAuth.length === 0) this.close(reason)
  }

  /** Ends the connection at once. The first reason stands. */
  close(reason: Error): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#heartbeat.stop()
    this.#leaveTimer?.cancel()
    this.#decoder.stop()
    this.#socket?.destroy()
    this.#order.flush()
    this.#tellEnd(reason)
    const lost = (call: Outgoing) =>
      call.failWith(
        (facts) => new ConnectionLossError('the connection was lost', { ...facts, cause: reason }),
      )
    for (const call of this.#pendingAuth.drain()) lost(call)
    for (const call of this.#pending.drain()) lost(call)
    this.#resolveClosed(reason)
  }

  #tellEnd(reason: Error): void {
    if (this.lastPhase === 'open') this.diagnostics.connectionClosed(this.endpoint, reason)
    else {
      this.diagnostics.connectFailed(this.endpoint, reason, this.#heartbeat.sinceStartMs)
    }
  }

  #sendHandshake(): void {
    this.lastPhase = 'handshaking'
    const mark = this.#writer.beginFrame()
    encodeConnectRequest(this.#writer, this.#options.handshake)
    this.#writer.endFrame(mark)
    this.#flush()
  }

  #write(call: Outgoing, xid: number, pending: Fifo<Outgoing>): void {
    if (this.#isClosed) {
      call.failWith((facts) => new ConnectionLossError('the connection was lost', facts))
      return
    }
    const mark = this.#writer.beginFrame()
    try {
      encodeRequestHeader(this.#writer, { xid, type: call.opCode })
      call.encode(this.#writer)
      this.#writer.endFrame(mark)
    } catch (error) {
      this.#writer.rollback(mark)
      call.fail(asZooKeeperError(error))
      return
    }
    const isFirst = mark === 0
    const isIdle = pending.length === 0
    if (isFirst) this.#batchAtMs = this.#clock.now()
    // Before anybody is told: who makes a call then comes behind this one.
    pending.push(call)
    call.sent(xid, this.#batchAtMs)
    if (this.#writer.length >= FLUSH_AT_BYTES) this.#flush()
    else if (isFirst) this.#flushSoon(isIdle)
  }

  /**
   * A connection that has nothing to do writes at the end of the tick: nobody is served by waiting. A busy one writes at the end of the event
   * loop's turn, when the answers that came meanwhile have brought their callers' next requests: fewer and longer writes.
   */
  #flushSoon(isIdle: boolean): void {
    if (this.#blocked) return
    if (isIdle) process.nextTick(this.#flush)
    else setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    const socket = this.#socket
    if (socket === undefined || this.#isClosed || this.#blocked || this.#writer.length === 0) return
    this.#heartbeat.sent()
    this.diagnostics.bytesSent(this.#writer.length)
    this.#blocked = !socket.write(this.#writer.take())
  }

  #onDrain(): void {
    this.#blocked = false
    this.#flush()
    this.#listener.onProgress()
  }

  #takeChunk(chunk: Buffer): void {
    this.#heartbeat.arrived()
    this.diagnostics.bytesReceived(chunk.length)
    this.#unfinishedBytes += chunk.length
    try {
      this.#decoder.push(chunk, this.#onFrame)
    } catch (error) {
      this.close(asZooKeeperError(error))
      return
    }
    if (this.#unfinishedBytes === 0 || this.#unfinishedBytes >= MIN_PROGRESS_BYTES) {
      this.#unfinishedBytes = 0
      this.#heartbeat.received()
    }
    this.#order.endOfChunk()
    if (this.lastPhase !== 'open' || this.#isClosed) return
    if (this.#leavingFor === undefined) this.#listener.onProgress()
    else this.leave(this.#leavingFor)
  }

  #take(frame: JuteReader): void {
    this.#unfinishedBytes = 0
    if (this.#onHandshake !== undefined) {
      this.#takeHandshake(frame, this.#onHandshake)
      return
    }
    const xid = frame.readInt32()
    const zxid = frame.readInt64()
    const err = frame.readInt32()
    if (zxid > this.newestZxid) this.newestZxid = zxid
    if (xid === SpecialXid.notification) {
      this.#order.event(this.#listener.takeEvent(decodeWatcherEvent(frame), zxid))
      return
    }
    // Not of an event: further ones of the same transaction may be on their way. A reply comes after all of them.
    if (zxid > this.lastZxid) this.lastZxid = zxid
    if (xid === SpecialXid.ping) {
      this.diagnostics.pingAnswered(this.#heartbeat.pingedForMs)
    } else {
      const pending = xid === SpecialXid.auth ? this.#pendingAuth : this.#pending
      this.#takeReply(pending.shift(), xid, err, frame)
    }
    // Whatever we ask for, a ping too, is answered like this, and then the server closes: nothing else will do.
    if (err === ErrorCode.sessionClosedRequireSaslAuth) this.close(serverError(err))
  }

  #takeReply(call: Outgoing | undefined, xid: number, err: number, body: JuteReader): void {
    if (call === undefined || call.xid !== xid) {
      const expected = call === undefined ? 'none' : `number ${call.xid}`
      const error = new ProtocolError(
        'ZK_MALFORMED',
        `a reply to request number ${xid} came where ${expected} was expected`,
      )
      call?.failWith((facts) => new ConnectionLossError(error.message, { ...facts, cause: error }))
      throw error
    }
    try {
      call.receive(err, body, this.#heartbeat.receivedAtMs)
    } catch (error) {
      // The caller learns why; so do the callers behind it, since the connection cannot be trusted any more.
      call.failWith(
        (facts) => new ConnectionLossError('the reply makes no sense', { ...facts, cause: error }),
      )
      throw error
    }
    this.#order.reply(call)
  }

  #takeHandshake(frame: JuteReader, onHandshake: (response: ConnectResponse) => void): void {
    const response = decodeConnectResponse(frame)
    this.#onHandshake = undefined
    this.lastPhase = 'open'
    this.diagnostics.connectEnd(this.endpoint, {
      sessionId: response.sessionId,
      sessionTimeoutMs: response.timeoutMs,
      durationMs: this.#heartbeat.sinceStartMs,
    })
    this.#heartbeat.beat(response.timeoutMs)
    onHandshake(response)
  }

  #ping(): void {
    const mark = this.#writer.beginFrame()
    encodeRequestHeader(this.#writer, { xid: SpecialXid.ping, type: OpCode.ping })
    this.#writer.endFrame(mark)
    this.#flush()
  }
}
