import { Call, type CallOptions, type Outgoing } from '../connection/call.ts'
import type { Clock, Timer } from '../connection/clock.ts'
import { Connection, type Endpoint } from '../connection/connection.ts'
import { Fifo } from '../connection/fifo.ts'
import type { TlsSource } from '../connection/tls-options.ts'
import { ClosedError, QueueFullError, SessionExpiredError } from '../errors/client-errors.ts'
import { AuthFailedError } from '../errors/server-errors.ts'
import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { OpCode } from '../protocol/op-code.ts'
import { authOperation } from '../protocol/operations/auth.ts'
import { closeSessionOperation } from '../protocol/operations/close-session.ts'
import { NOTHING } from '../protocol/operations/operation.ts'
import { type ConnectResponse, PASSWORD_BYTES } from '../protocol/records/connect.ts'
import { type BackOffOptions, backOffMs } from './back-off.ts'
import type { HostSpec } from './connect-string.ts'
import { HostList, type Resolve } from './host-list.ts'
import { type Credential, restoreSession } from './restore.ts'
import { isFinal, type SessionState, type StateListener } from './session-state.ts'
import { StateChanges } from './state-changes.ts'
import { WatchRegistry } from './watch-registry.ts'

/** A new session's password, and that of none. */
const NO_PASSWORD = Buffer.alloc(PASSWORD_BYTES)
/** The first reconnect comes within this time, at random, so that the clients of a server that died do not come at once. */
const FIRST_RECONNECT_MS = 50
/** The part of the session timeout that connecting may take at most. */
const LONGEST_CONNECT_SHARE = 2 / 3
/** A connection that ends sooner counts as a failed attempt: a server that drops us at once is not to be stormed. */
const STABLE_AFTER_MS = 1_000
/** From so many waiting requests on, those that were given up are looked for and let go. */
const TIDY_QUEUE_AT = 1_000
/** How long `close` waits for the server's word before it closes the socket anyway. */
const CLOSE_TIMEOUT_MS = 2_000

/** What a session is made of. */
export interface SessionOptions {
  readonly hosts: readonly HostSpec[]
  readonly resolve: Resolve
  /** The timeout to ask for; the server may give another. */
  readonly sessionTimeoutMs: number
  /** Undefined: no TLS. */
  readonly tls: TlsSource | undefined
  readonly credentials: readonly Credential[]
  readonly maxReplyBytes: number
  readonly maxRequestBytes: number
  readonly maxQueuedRequests: number
  readonly reconnect: BackOffOptions
  readonly clock: Clock
  readonly random: () => number
}

/**
 * A session over one connection after another: finds servers, attaches again, arms watches again, makes a new session when the
 * old one has expired, and keeps requests waiting meanwhile. What its states promise stands at `SessionState`.
 */
export class Session {
  readonly watches = new WatchRegistry()
  readonly #options: SessionOptions
  readonly #hosts: HostList
  readonly #credentials: Credential[]
  readonly #queue = new Fifo<Outgoing>()
  readonly #changes = new StateChanges()
  #connection: Connection | undefined
  #isStarted = false
  #sessionId = 0n
  #password: Buffer = NO_PASSWORD
  #timeoutMs: number
  /** The newest transaction that any reply or event named: a server that is behind it is not for us. */
  #lastZxidSeen = 0n
  /** The newest transaction up to which all watches have told what they had to. */
  #watchedUpToZxid = 0n
  #tidyQueueAt = TIDY_QUEUE_AT
  #failedRounds = 0
  /** Since when servers accept our connection and close it without a word; undefined when they do not. */
  #speechlessSinceMs: number | undefined
  #lastConnectionError: Error | undefined
  #wake: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#hosts = new HostList({ ...options, resolveTimeoutMs: options.sessionTimeoutMs / 3 })
    this.#credentials = [...options.credentials]
    this.#timeoutMs = options.sessionTimeoutMs
  }

  get state(): SessionState {
    return this.#changes.state
  }

  get sessionId(): bigint {
    return this.#sessionId
  }

  /** The timeout that the server gave; before the first handshake the one that is asked for. */
  get timeoutMs(): number {
    return this.#timeoutMs
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** Why the last attempt to connect failed, or the last connection broke. */
  get lastConnectionError(): Error | undefined {
    return this.#lastConnectionError
  }

  /** Whether a request submitted now would be written at once, before anything else. */
  get canSendNow(): boolean {
    return (
      this.state === 'connected' && this.#queue.length === 0 && this.#connection?.canSend === true
    )
  }

  onStateChange(listener: StateListener): () => void {
    return this.#changes.subscribe(listener)
  }

  /** Begins to look for a server; further calls do nothing. */
  start(): void {
    if (this.#isStarted || isFinal(this.state)) return
    this.#isStarted = true
    void this.#run()
  }

  /** Sends a request now, or as soon as there is a connection with room for it. */
  submit(call: Outgoing): void {
    if (isFinal(this.state)) {
      call.failWith((facts) => this.#finalError(facts))
      return
    }
    const connection = this.#connection
    if (this.state === 'connected' && this.#queue.length === 0 && connection?.canSend === true) {
      this.#send(connection, call)
    } else if (!this.#hasRoom()) {
      call.failWith(
        (facts) => new QueueFullError(`${this.#queue.length} requests are waiting already`, facts),
      )
    } else {
      this.#queue.push(call)
    }
  }

  /** Whether another request may wait. Those that were given up meanwhile make room: nobody waits for them. */
  #hasRoom(): boolean {
    const { maxQueuedRequests } = this.#options
    if (this.#queue.length >= Math.min(this.#tidyQueueAt, maxQueuedRequests)) {
      this.#queue.keep((call) => !call.settled)
      this.#tidyQueueAt = Math.max(TIDY_QUEUE_AT, 2 * this.#queue.length)
    }
    return this.#queue.length < maxQueuedRequests
  }

  /** Proves an identity to the server, on this connection and on every later one. */
  addAuth(credential: Credential, options: CallOptions): Promise<void> {
    const auth = Buffer.from(credential.credential)
    const call = new Call(
      authOperation,
      { type: 0, scheme: credential.scheme, auth },
      { mutates: false },
      {
        convert: () => {
          this.#credentials.push(credential)
        },
      },
    )
    call.limit(options, this.clock)
    if (!call.settled) this.submit(call)
    return call.promise
  }

  /** Ends the session on the server, if one is within reach, and the client for good. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (isFinal(this.state)) return
    const connection = this.#connection
    this.#end('closed', (facts) => new ClosedError('the client was closed', facts))
    if (connection?.phase === 'open' && this.#sessionId !== 0n) {
      const call = new Call(
        closeSessionOperation,
        NOTHING,
        { mutates: true },
        { convert: () => undefined },
      )
      call.limit({ timeoutMs: Math.min(CLOSE_TIMEOUT_MS, this.#timeoutMs) }, this.clock)
      connection.send(call)
      // No answer is no failure: the session then ends by its timeout.
      await call.promise.catch(() => undefined)
    }
    connection?.close(new ClosedError('the client was closed'))
  }

  async #run(): Promise<void> {
    let isFirst = true
    while (!isFinal(this.state)) {
      await this.#pause(isFirst)
      isFirst = false
      const endpoint = isFinal(this.state) ? undefined : await this.#hosts.next()
      if (isFinal(this.state)) return
      if (endpoint === undefined) {
        this.#lastConnectionError = new Error('no name of the connect string resolves')
        this.#failedRounds++
      } else {
        await this.#attempt(endpoint)
      }
    }
  }

  /** Waits where it would be rude not to: before a round after one that failed, and a little before any reconnect. */
  async #pause(isFirst: boolean): Promise<void> {
    if (isFirst) return
    const { random, reconnect } = this.#options
    if (this.#failedRounds > 0 && this.#hosts.isRoundOver) {
      await this.#sleep(backOffMs(this.#failedRounds - 1, reconnect, random))
    } else if (this.#failedRounds === 0) {
      await this.#sleep(FIRST_RECONNECT_MS * random())
    }
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: Timer = this.clock.setTimer(() => this.#wake?.(), delayMs)
      this.#wake = () => {
        this.#wake = undefined
        timer.cancel()
        resolve()
      }
    })
  }

  /** One connection from its beginning to its end. */
  async #attempt(endpoint: Endpoint): Promise<void> {
    const claimedZxid = this.#handshakeZxid()
    const connection = this.#open(endpoint, claimedZxid)
    this.#connection = connection
    let response: ConnectResponse | undefined
    try {
      response = await connection.connect()
      this.#speechlessSinceMs = undefined
      if (response.timeoutMs <= 0) this.#refused()
      else if (await this.#serve(connection, response, claimedZxid)) {
        this.#failedRounds = 0
        this.#hosts.startOver(endpoint)
      } else if (this.#hosts.isRoundOver) this.#failedRounds++
    } catch (error) {
      this.#lastConnectionError = error instanceof Error ? error : new Error(String(error))
      if (response === undefined) this.#noteSpeechless(connection)
      if (this.#hosts.isRoundOver) this.#failedRounds++
      if (error instanceof AuthFailedError) this.#authFailed(error)
    }
    connection.close(new Error('the connection is not needed any more'))
    this.#connection = undefined
  }

  #open(endpoint: Endpoint, lastZxidSeen: bigint): Connection {
    const { clock, maxReplyBytes, maxRequestBytes, tls } = this.#options
    // Enough for a round over all servers within the session's life; more with each round that found none.
    const share =
      (2 ** Math.min(this.#failedRounds, 30) * LONGEST_CONNECT_SHARE) / this.#hosts.roundSize
    const connectTimeoutMs = Math.ceil(this.#timeoutMs * Math.min(LONGEST_CONNECT_SHARE, share))
    const handshake = {
      protocolVersion: 0,
      lastZxidSeen,
      timeoutMs: this.#options.sessionTimeoutMs,
      sessionId: this.#sessionId,
      password: this.#password,
      readOnly: false,
    }
    return new Connection(
      { endpoint, handshake, tls, connectTimeoutMs, maxReplyBytes, maxRequestBytes, clock },
      {
        takeEvent: (event, zxid) => this.watches.take(event, zxid),
        onProgress: () => this.#flush(),
      },
    )
  }

  /**
   * From the handshake's success to the connection's end; says whether it was a good one. Throws when the session cannot be
   * restored on it.
   */
  async #serve(
    connection: Connection,
    response: ConnectResponse,
    claimedZxid: bigint,
  ): Promise<boolean> {
    const isNew = response.sessionId !== this.#sessionId
    this.#sessionId = response.sessionId
    this.#password = response.password
    this.#timeoutMs = response.timeoutMs
    if (isNew) this.#watchedUpToZxid = 0n
    await restoreSession(connection, {
      credentials: this.#credentials,
      watches: this.watches,
      relativeZxid: this.#watchedUpToZxid,
      atLeastZxid: claimedZxid < this.#lastZxidSeen ? this.#lastZxidSeen : 0n,
    })
    if (isFinal(this.state) || connection.phase !== 'open') return false
    const connectedAtMs = this.clock.now()
    this.#changes.become('connected')
    this.watches.resync()
    this.#flush()
    this.#lastConnectionError = await connection.closed
    // Only of a connection that was restored whole: on one that broke halfway some watches have not caught up.
    this.#watchedUpToZxid = maxOf(this.#watchedUpToZxid, connection.lastZxid)
    this.#lastZxidSeen = maxOf(this.#lastZxidSeen, connection.newestZxid)
    if (!isFinal(this.state)) this.#changes.become('suspended')
    return this.clock.now() - connectedAtMs >= STABLE_AFTER_MS
  }

  /**
   * A server that is behind `lastZxidSeen` closes the connection without a word, and so does one that serves nobody at the
   * moment. When that has gone on for longer than the session can live, the tree may have been replaced by an
   * older one: every other attempt then claims to have seen nothing, so that the server says whether it knows the session.
   */
  #handshakeZxid(): bigint {
    const sinceMs = this.#speechlessSinceMs
    if (sinceMs === undefined) return this.#lastZxidSeen
    const isLong = this.clock.now() - sinceMs > (this.#timeoutMs * 4) / 3
    return isLong && this.#options.random() < 0.5 ? 0n : this.#lastZxidSeen
  }

  #noteSpeechless(connection: Connection): void {
    if (connection.lastPhase === 'handshaking') this.#speechlessSinceMs ??= this.clock.now()
  }

  /** The server does not know our session any more; or, when we asked for a new one, it gives none. */
  #refused(): void {
    if (this.#sessionId === 0n) throw new Error('the server gave no session')
    this.#expire()
  }

  #expire(): void {
    this.#sessionId = 0n
    this.#password = NO_PASSWORD
    this.#lastZxidSeen = 0n
    this.#watchedUpToZxid = 0n
    this.#failedRounds = 0
    const waiting = this.#queue.drain()
    this.#changes.become('lost')
    for (const call of waiting) {
      call.failWith((facts) => new SessionExpiredError('the session has expired', facts))
    }
    this.watches.sessionLost()
  }

  #authFailed(cause: AuthFailedError): void {
    this.#end(
      'authFailed',
      (facts) => new AuthFailedError(ErrorCode.authFailed, cause.message, { ...facts, cause }),
    )
  }

  #end(state: 'closed' | 'authFailed', makeError: Parameters<Outgoing['failWith']>[0]): void {
    const waiting = this.#queue.drain()
    this.#changes.become(state)
    for (const call of waiting) call.failWith(makeError)
    this.watches.sessionLost()
    this.watches.endPersistent(undefined)
    this.#wake?.()
  }

  #finalError(facts: Parameters<Parameters<Outgoing['failWith']>[0]>[0]): ZooKeeperError {
    return this.state === 'closed'
      ? new ClosedError('the client is closed', facts)
      : new AuthFailedError(ErrorCode.authFailed, 'the server refused a credential', facts)
  }

  #flush(): void {
    const connection = this.#connection
    if (this.state !== 'connected' || connection === undefined) return
    while (this.#queue.length > 0 && connection.canSend) {
      const call = this.#queue.shift()
      if (call !== undefined && !call.settled) this.#send(connection, call)
    }
  }

  #send(connection: Connection, call: Outgoing): void {
    if (call.opCode === OpCode.auth) connection.sendAuth(call)
    else connection.send(call)
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
