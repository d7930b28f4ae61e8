import {
  type ConnectRequest,
  type JuteReader,
  opCodeName,
  type RequestHeader,
} from '@zoogate/zookeeper/protocol'
import type { Clock } from './clock.ts'
import { Connection, type ConnectionHost } from './net/connection.ts'
import {
  type ConnectionReport,
  fourLetterAnswer,
  isFourLetterWord,
  type ServerReport,
} from './net/four-letter-words.ts'
import { type HandshakeHost, handshake } from './net/handshake.ts'
import { Traffic } from './net/traffic.ts'
import { Ledger } from './requests/ledger.ts'
import { handleRequest, type RequestHost } from './requests/request-handler.ts'
import type { Settings } from './server-options.ts'
import type { SessionPasswords } from './sessions/session-passwords.ts'
import { Sessions } from './sessions/sessions.ts'
import { folderSizes } from './storage/folder-sizes.ts'
import type { Storage } from './storage/storage.ts'
import type { Database } from './transactions/database.ts'
import { outlived } from './tree/outlived.ts'
import { WatchManager } from './watches/watch-manager.ts'
import type { ZooKeeperServerError } from './zookeeper-server-error.ts'

/** A connection that does not ask for a session in this time is closed (zookeeper.nio.sessionlessCnxnTimeout). */
const HANDSHAKE_TIMEOUT_MS = 10_000

export interface ServerCoreOptions {
  readonly settings: Settings
  readonly folder: string
  readonly database: Database
  readonly storage: Storage
  readonly passwords: SessionPasswords
  readonly superDigest: string | undefined
  readonly clock: Clock
  readonly log: (message: string) => void
}

/** A server that serves: what its connections, sessions, watches and its disk have to do with each other. */
export class ServerCore implements ConnectionHost, HandshakeHost, RequestHost {
  readonly #options: ServerCoreOptions
  readonly #connections = new Set<Connection>()
  /** Connections with frames that wait for the disk. */
  readonly #waiting = new Set<Connection>()
  readonly #sessions: Sessions<Connection>
  readonly #startedAtMs: number
  readonly ledger: Ledger
  readonly watches = new WatchManager()
  readonly traffic = new Traffic()
  #port = 0
  #reloading = false

  constructor(options: ServerCoreOptions) {
    const { database, storage, passwords, clock, settings } = options
    this.#options = options
    this.#startedAtMs = clock.monotonicMs()
    this.ledger = new Ledger({ database, sink: storage, observer: this.watches, clock })
    const { tickTimeMs } = settings
    this.#sessions = new Sessions({ ledger: this.ledger, passwords, tickTimeMs, clock })
  }

  get maxFrameBytes(): number {
    return this.#options.settings.maxFrameBytes
  }

  get minSessionTimeoutMs(): number {
    return this.#options.settings.minSessionTimeoutMs
  }

  get maxSessionTimeoutMs(): number {
    return this.#options.settings.maxSessionTimeoutMs
  }

  get superDigest(): string | undefined {
    return this.#options.superDigest
  }

  get lastZxid(): bigint {
    return this.ledger.lastZxid
  }

  get durableZxid(): bigint {
    return this.#options.storage.durableZxid
  }

  get writable(): boolean {
    return this.ledger.writable
  }

  get serving(): boolean {
    return !this.#reloading
  }

  nowMs(): number {
    return this.#options.clock.monotonicMs()
  }

  log(message: string): void {
    this.#options.log(message)
  }

  /** Takes a new socket. */
  accept(socket: ConstructorParameters<typeof Connection>[0]): void {
    if (this.#connections.size >= this.#options.settings.maxConnections) {
      this.log(`a connection is refused: there are ${this.#connections.size} already`)
      socket.destroy()
      return
    }
    this.#connections.add(new Connection(socket, this))
  }

  listensOn(port: number): void {
    this.#port = port
  }

  connect(connection: Connection, request: ConnectRequest): void {
    handshake(this, connection, request)
  }

  request(connection: Connection, header: RequestHeader, reader: JuteReader): void {
    handleRequest(this, connection, header, reader)
  }

  heard(connection: Connection): void {
    this.#sessions.touch(connection.sessionId)
  }

  waits(connection: Connection): void {
    this.#waiting.add(connection)
  }

  gone(connection: Connection): void {
    this.#connections.delete(connection)
    this.#waiting.delete(connection)
    this.watches.removeWatcher(connection)
    this.#sessions.release(connection)
  }

  isSession(sessionId: bigint): boolean {
    return this.#sessions.isSession(sessionId)
  }

  isPasswordRight(sessionId: bigint, password: Buffer): boolean {
    return this.#sessions.isPasswordRight(sessionId, password)
  }

  passwordOf(sessionId: bigint): Buffer {
    return this.#sessions.passwordOf(sessionId)
  }

  openSession(timeoutMs: number): bigint {
    return this.#sessions.open(timeoutMs)
  }

  adopt(connection: Connection, sessionId: bigint, timeoutMs: number): void {
    this.#sessions.adopt(connection, sessionId, timeoutMs)
  }

  closeSession(sessionId: bigint): void {
    this.#sessions.close(sessionId)
  }

  /** More transactions are on disk. */
  diskReached(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const connection of waiting) {
      connection.diskReached()
      if (connection.holds) this.#waiting.add(connection)
    }
  }

  /**
   * The disk refused. Nobody has seen what did not reach it: the connections that would have are cut off, the state
   * goes back to what is on disk, and from now on the server only reads.
   */
  async diskRefused(error: ZooKeeperServerError): Promise<void> {
    this.log(`${error.message}. Writes are refused until the disk takes them again; reads go on`)
    this.ledger.suspend()
    this.#reloading = true
    for (const connection of [...this.#connections]) if (connection.holds) connection.destroy()
    this.ledger.replace(await this.#options.storage.reload())
    this.#sessions.restore()
    this.#reloading = false
    for (const connection of [...this.#connections]) connection.process()
  }

  /** Called once a tick: sessions that are over, connections that never began, a disk that works again. */
  async tick(): Promise<void> {
    if (this.#reloading) return
    this.#sessions.tick()
    const latestMs = this.nowMs() - HANDSHAKE_TIMEOUT_MS
    for (const connection of [...this.#connections]) {
      if (!connection.connected && connection.openedAtMs < latestMs) connection.destroy()
    }
    if (!this.ledger.writable) await this.#tryDisk()
  }

  /** Deletes containers and TTL nodes whose time is over. */
  reap(): void {
    if (!this.ledger.writable) return
    const { clock } = this.#options
    for (const path of outlived(this.ledger.tree, clock.wallMs())) {
      this.ledger.commit({ type: 'changes', changes: [{ type: 'delete', path }] })
    }
  }

  closeConnections(): void {
    for (const connection of [...this.#connections]) connection.destroy()
  }

  word(text: string): string | undefined {
    return isFourLetterWord(text) ? fourLetterAnswer(text, this.#report()) : undefined
  }

  async #tryDisk(): Promise<void> {
    try {
      await this.#options.storage.resume(this.ledger.lastZxid)
    } catch {
      // It was said once; the next tick tries again.
      return
    }
    this.ledger.resume()
    this.log('the disk takes writes again')
  }

  #report(): ServerReport {
    const { settings, folder, clock } = this.#options
    const { tree } = this.ledger
    const sizes = () => folderSizes(folder)
    const wallOffsetMs = clock.wallMs() - this.nowMs()
    let outstanding = 0
    for (const { queued } of this.#connections) outstanding += queued
    return {
      traffic: this.traffic,
      zxid: this.durableZxid,
      writable: this.writable,
      outstanding,
      // Apache's server counts its root twice, as "" and as "/".
      nodeCount: tree.size + 1,
      approximateBytes: tree.approximateBytes,
      watchCount: this.watches.size,
      uptimeMs: this.nowMs() - this.#startedAtMs,
      sessionCount: this.#sessions.count,
      folder,
      port: this.#port,
      tickTimeMs: settings.tickTimeMs,
      minSessionTimeoutMs: settings.minSessionTimeoutMs,
      maxSessionTimeoutMs: settings.maxSessionTimeoutMs,
      connections: () =>
        [...this.#connections].map((connection) => reportOf(connection, wallOffsetMs)),
      ephemerals: () => tree.ephemerals,
      deadlines: () => this.#sessions.deadlines().map(([atMs, ids]) => [atMs + wallOffsetMs, ids]),
      watches: () => this.#watchPairs(),
      snapshotBytes: () => sizes().snapshotBytes,
      logBytes: () => sizes().logBytes,
    }
  }

  #watchPairs(): (readonly [bigint, string])[] {
    return [...this.#connections].flatMap((connection) =>
      this.watches.pathsOf(connection).map((path) => [connection.sessionId, path] as const),
    )
  }
}

function reportOf(connection: Connection, wallOffsetMs: number): ConnectionReport {
  const { lastOpCode } = connection
  return {
    remote: connection.remote,
    connected: connection.connected,
    queued: connection.queued,
    traffic: connection.traffic,
    sessionId: connection.sessionId,
    lastOperation: lastOpCode === undefined ? 'NA' : opCodeName(lastOpCode),
    establishedAtMs: Math.floor(connection.establishedAtMs + wallOffsetMs),
    timeoutMs: connection.timeoutMs,
    lastXid: connection.lastXid,
  }
}
