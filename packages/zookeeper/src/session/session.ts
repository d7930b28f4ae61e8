import { Call, type CallOptions, type Outgoing } from '../connection/call.ts'
import type { Clock } from '../connection/clock.ts'
import { Connection, type Endpoint } from '../connection/connection.ts'
import type { ClientDiagnostics } from '../diagnostics/client-diagnostics.ts'
import { ClosedError, QueueFullError, SessionExpiredError } from '../errors/client-errors.ts'
import { AuthFailedError } from '../errors/server-errors.ts'
import { TlsError } from '../errors/tls-error.ts'
import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { OpCode } from '../protocol/op-code.ts'
import { authOperation } from '../protocol/operations/auth.ts'
import { closeSessionOperation } from '../protocol/operations/close-session.ts'
import { NOTHING } from '../protocol/operations/operation.ts'
import type { ConnectRequest, ConnectResponse } from '../protocol/records/connect.ts'
import { checkHandshake } from './check-handshake.ts'
import type { HostSpec } from './connect-string.ts'
import { ReadOnlyServers } from './read-only-servers.ts'
import { RequestQueue } from './request-queue.ts'
import { type Credential, restoreSession } from './restore.ts'
import { moveAfter, serversToPrefer } from './server-list-change.ts'
import { ServerSearch } from './server-search.ts'
import { type SessionIdentity, SessionMemory } from './session-memory.ts'
import type { CloseOptions, SessionOptions } from './session-options.ts'
import { isAnswered, isFinal, type SessionState, type StateListener } from './session-state.ts'
import { StateChanges } from './state-changes.ts'
import { WatchRegistry } from './watch-registry.ts'

/** A connection that ends sooner counts as a failed attempt: a server that drops us at once is not to be stormed. */
const STABLE_AFTER_MS = 1_000
/** How long `close` waits for the server's word before it closes the socket anyway. */
const CLOSE_TIMEOUT_MS = 2_000

/**
 * A session over one connection after another: finds servers, attaches again, arms watches again, makes a new session when the
 * old one has expired, and keeps requests waiting meanwhile. What its states promise stands at `SessionState`.
 */
export class Session {
  readonly watches: WatchRegistry
  readonly #options: SessionOptions
  readonly #search: ServerSearch
  readonly #readOnly: ReadOnlyServers
  readonly #memory: SessionMemory
  readonly #credentials: Credential[]
  readonly #queue: RequestQueue
  readonly #changes = new StateChanges()
  readonly #roomListeners = new Set<() => void>()
  readonly #hopelessListeners = new Set<(error: Error) => void>()
  #connection: Connection | undefined
  #isStarted = false
  #lastConnectionError: Error | undefined
  #closing: Promise<void> | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    const { diagnostics } = options
    this.watches = new WatchRegistry(diagnostics)
    this.#changes.subscribe((state, previous) =>
      diagnostics.stateChanged(state, previous, this.sessionId),
    )
    this.#search = new ServerSearch({ ...options, resolveTimeoutMs: options.sessionTimeoutMs / 3 })
    this.#readOnly = new ReadOnlyServers({ ...options, search: this.#search })
    this.#memory = new SessionMemory(options)
    this.#queue = new RequestQueue({ maxRequests: options.maxQueuedRequests })
    this.#credentials = [...options.credentials]
  }

  get state(): SessionState {
    return this.#changes.state
  }

  get sessionId(): bigint {
    return this.#memory.id
  }

  /** The newest transaction that any reply or event of this session named. */
  get lastZxid(): bigint {
    const { newestZxid = 0n } = this.#connection ?? {}
    const { lastZxidSeen } = this.#memory
    return newestZxid > lastZxidSeen ? newestZxid : lastZxidSeen
  }

  /** The server that answers, as the connect string or its name's address says it. */
  get server(): HostSpec | undefined {
    const { endpoint } = this.#connection ?? {}
    if (endpoint === undefined || !isAnswered(this.state)) return undefined
    return { host: endpoint.serverName ?? endpoint.host, port: endpoint.port }
  }

  /** What it takes to attach to this session; undefined while there is none. */
  get identity(): SessionIdentity | undefined {
    const { id, password } = this.#memory
    return id === 0n ? undefined : { id, password: Buffer.from(password) }
  }

  /** The timeout that the server gave; before the first handshake the one that is asked for. */
  get timeoutMs(): number {
    return this.#memory.timeoutMs
  }

  get clock(): Clock {
    return this.#options.clock
  }

  get diagnostics(): ClientDiagnostics {
    return this.#options.diagnostics
  }

  /** How many requests wait for a connection with room for them. */
  get queuedRequests(): number {
    return this.#queue.length
  }

  /** Why the last attempt to connect failed, or the last connection broke. */
  get lastConnectionError(): Error | undefined {
    return this.#lastConnectionError
  }

  /** Whether a request submitted now would be written at once, before anything else. */
  get canSendNow(): boolean {
    return isAnswered(this.state) && this.#queue.length === 0 && this.#connection?.canSend === true
  }

  onStateChange(listener: StateListener): () => void {
    return this.#changes.subscribe(listener)
  }

  /** Calls the listener after each round in which every server failed in a way that trying again does not mend. It must not throw. */
  onHopeless(listener: (error: Error) => void): () => void {
    this.#hopelessListeners.add(listener)
    return () => this.#hopelessListeners.delete(listener)
  }

  /** Calls the listener when a request may be written at once again, until the returned function is called. */
  onRoom(listener: () => void): () => void {
    this.#roomListeners.add(listener)
    return () => this.#roomListeners.delete(listener)
  }

  /** Replaces the servers to choose from, and leaves the current one where the new list, or an even load, wants it. */
  updateServerList(after: readonly HostSpec[]): void {
    const endpoint = this.#connection?.endpoint
    const current = endpoint && { ...endpoint, host: endpoint.serverName ?? endpoint.host }
    const change = { before: this.#search.hosts, after, current }
    const move = moveAfter(change, this.#options.random())
    this.#search.update(after)
    if (move === 'stay') return
    this.#search.prefer(serversToPrefer(change, move))
    this.#connection?.leave(new Error('the list of servers has changed'))
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
    if (connection !== undefined && this.canSendNow) this.#send(connection, call)
    else if (!this.#queue.push(call)) {
      call.failWith(
        (facts) => new QueueFullError(`${this.#queue.length} requests are waiting already`, facts),
      )
    }
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
      this.diagnostics,
    )
    call.limit(options, this.clock)
    if (!call.settled) this.submit(call)
    return call.promise
  }

  /** Ends the client for good, and its session on the server, if one is within reach and the session is not to be kept. */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options)
    return this.#closing
  }

  async #close({ keepSession = false }: CloseOptions): Promise<void> {
    if (isFinal(this.state)) return
    const connection = this.#connection
    this.#end('closed', (facts) => new ClosedError('the client was closed', facts))
    if (connection?.phase === 'open' && !keepSession) await this.#endSession(connection)
    connection?.close(new ClosedError('the client was closed'))
  }

  async #endSession(connection: Connection): Promise<void> {
    const subject = { mutates: true }
    const handlers = { convert: () => undefined }
    const call = new Call(closeSessionOperation, NOTHING, subject, handlers, this.diagnostics)
    call.limit({ timeoutMs: Math.min(CLOSE_TIMEOUT_MS, this.timeoutMs) }, this.clock)
    connection.send(call)
    // No answer is no failure: the session then ends by its timeout.
    await call.promise.catch(() => undefined)
  }

  async #run(): Promise<void> {
    while (!isFinal(this.state)) {
      const endpoint = await this.#search.next()
      if (isFinal(this.state)) return
      if (endpoint !== undefined) await this.#attempt(endpoint)
      else this.#lastConnectionError = new Error('no name of the connect string resolves')
    }
  }

  /** One connection from its beginning to its end. */
  async #attempt(endpoint: Endpoint): Promise<void> {
    const isGuest = this.#memory.id !== 0n && (await this.#readOnly.mustBeGuest(endpoint))
    if (isFinal(this.state)) return
    const { random } = this.#options
    const handshake = this.#memory.handshake({ nowMs: this.clock.now(), random, isGuest })
    const connection = this.#open(endpoint, handshake)
    this.#connection = connection
    let response: ConnectResponse | undefined
    try {
      response = await connection.connect()
      this.#memory.noteAnswer()
      const outcome = checkHandshake(handshake, response)
      if (isGuest && response.readOnly !== true) await this.#leaveQuorum(connection)
      else if (outcome === 'expired') this.#expire()
      else if (await this.#serve(connection, response, handshake.lastZxidSeen)) {
        this.#search.served(endpoint)
      } else this.#search.failed()
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error))
      this.#lastConnectionError = reason
      const isSilent = connection.lastPhase === 'handshaking' && !(reason instanceof TlsError)
      if (response === undefined && isSilent) {
        this.#memory.noteSilentClose(this.clock.now())
      }
      if (this.#search.failed(reason)) {
        for (const listener of [...this.#hopelessListeners]) listener(reason)
      }
      if (reason instanceof AuthFailedError) this.#authFailed(reason)
    }
    connection.close(new Error('the connection is not needed any more'))
    this.#memory.saw(connection.newestZxid)
    this.#connection = undefined
  }

  /** Ends the session that a server with a quorum made for a guest: it is to be asked for our own. */
  async #leaveQuorum(connection: Connection): Promise<void> {
    await this.#endSession(connection)
    throw new Error('the server has a quorum again')
  }

  #open(endpoint: Endpoint, handshake: ConnectRequest): Connection {
    const { clock, maxReplyBytes, maxRequestBytes, tls, diagnostics } = this.#options
    const connectTimeoutMs = this.#search.connectTimeoutMs(this.timeoutMs)
    const limits = { connectTimeoutMs, maxReplyBytes, maxRequestBytes }
    return new Connection(
      { endpoint, handshake, tls, ...limits, clock, diagnostics },
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
    const memory = this.#memory
    memory.given(response)
    await restoreSession(connection, {
      sasl: this.#options.sasl,
      timeoutMs: response.timeoutMs,
      clock: this.clock,
      credentials: this.#credentials,
      watches: this.watches,
      relativeZxid: memory.watchedUpToZxid,
      atLeastZxid: claimedZxid < memory.lastZxidSeen ? memory.lastZxidSeen : 0n,
    })
    if (isFinal(this.state) || connection.phase !== 'open') return false
    return this.#stay(connection, response.readOnly === true ? 'connectedReadOnly' : 'connected')
  }

  /** From when requests may flow to the connection's end; says whether it was a good one. */
  async #stay(connection: Connection, state: 'connected' | 'connectedReadOnly'): Promise<boolean> {
    const connectedAtMs = this.clock.now()
    const ended = new AbortController()
    this.#changes.become(state)
    this.watches.resync()
    this.#flush()
    if (state === 'connectedReadOnly') void this.#leaveForReadWrite(connection, ended.signal)
    const reason = await connection.closed
    ended.abort()
    // Not of a connection that broke before everything was restored: some watches had not caught up.
    this.#memory.caughtUp(connection.lastZxid)
    if (reason instanceof AuthFailedError) throw reason
    this.#lastConnectionError = reason
    if (!isFinal(this.state)) {
      this.#changes.become(this.#memory.id === 0n ? 'connecting' : 'suspended')
    }
    return this.clock.now() - connectedAtMs >= STABLE_AFTER_MS
  }

  /** Leaves a server without a quorum as soon as another one has one. */
  async #leaveForReadWrite(connection: Connection, signal: AbortSignal): Promise<void> {
    const server = await this.#readOnly.findReadWrite(signal)
    if (server === undefined) return
    this.#search.prefer([server])
    connection.leave(new Error(`${server.host}:${server.port} has a quorum`))
  }

  #expire(): void {
    this.#memory.forget()
    this.#search.forgetFailures()
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
    this.#search.stop()
  }

  #finalError(facts: Parameters<Parameters<Outgoing['failWith']>[0]>[0]): ZooKeeperError {
    return this.state === 'closed'
      ? new ClosedError('the client is closed', facts)
      : new AuthFailedError(ErrorCode.authFailed, 'the server refused a credential', {
          ...facts,
          cause: this.#lastConnectionError,
        })
  }

  #flush(): void {
    const connection = this.#connection
    if (!isAnswered(this.state) || connection === undefined) return
    while (connection.canSend) {
      const call = this.#queue.shift()
      if (call === undefined) break
      this.#send(connection, call)
    }
    if (this.canSendNow) for (const listener of [...this.#roomListeners]) listener()
  }

  #send(connection: Connection, call: Outgoing): void {
    if (call.opCode === OpCode.auth) connection.sendAuth(call)
    else connection.send(call)
  }
}
