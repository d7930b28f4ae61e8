import type { Connection } from '../connection/connection.ts'
import {
  type ConnectRequest,
  type ConnectResponse,
  PASSWORD_BYTES,
} from '../protocol/records/connect.ts'

/** A new session's password, and that of none. */
const NO_PASSWORD = Buffer.alloc(PASSWORD_BYTES)

/** What a client remembers of its session from one connection to the next. */
export class SessionMemory {
  /** 0 while there is no session. */
  id = 0n
  password: Buffer = NO_PASSWORD
  /** The timeout that the server gave; before the first handshake the one that is asked for. */
  timeoutMs: number
  /** The newest transaction that any reply or event named: a server that is behind it is not for us. */
  lastZxidSeen = 0n
  /** The newest transaction up to which all watches have told what they had to. */
  watchedUpToZxid = 0n
  readonly #wantedTimeoutMs: number
  /** Since when servers accept our connection and close it without a word; undefined when they do not. */
  #speechlessSinceMs: number | undefined

  constructor(options: { readonly sessionTimeoutMs: number }) {
    this.#wantedTimeoutMs = options.sessionTimeoutMs
    this.timeoutMs = options.sessionTimeoutMs
  }

  /** What to say to the next server. */
  handshake(nowMs: number, random: () => number): ConnectRequest {
    return {
      protocolVersion: 0,
      lastZxidSeen: this.#claimedZxid(nowMs, random),
      timeoutMs: this.#wantedTimeoutMs,
      sessionId: this.id,
      password: this.password,
      readOnly: false,
    }
  }

  /** A server gave a session, or the one that we had. */
  given(response: ConnectResponse): void {
    if (response.sessionId !== this.id) this.watchedUpToZxid = 0n
    this.id = response.sessionId
    this.password = response.password
    this.timeoutMs = response.timeoutMs
  }

  /** A connection on which everything was restored has ended. */
  learnFrom(connection: Connection): void {
    // Only of a connection that was restored whole: on one that broke halfway some watches have not caught up.
    this.watchedUpToZxid = maxOf(this.watchedUpToZxid, connection.lastZxid)
    this.lastZxidSeen = maxOf(this.lastZxidSeen, connection.newestZxid)
  }

  /** The session is gone. */
  forget(): void {
    this.id = 0n
    this.password = NO_PASSWORD
    this.lastZxidSeen = 0n
    this.watchedUpToZxid = 0n
  }

  /** A server closed the connection without an answer to the handshake. */
  noteSilentClose(nowMs: number): void {
    this.#speechlessSinceMs ??= nowMs
  }

  /** A server answered the handshake. */
  noteAnswer(): void {
    this.#speechlessSinceMs = undefined
  }

  /**
   * A server that is behind `lastZxidSeen` closes the connection without a word, and so does one that serves nobody at the
   * moment. When that has gone on for longer than the session can live, the tree may have been replaced by an
   * older one: every other attempt then claims to have seen nothing, so that the server says whether it knows the session.
   */
  #claimedZxid(nowMs: number, random: () => number): bigint {
    if (this.#speechlessSinceMs === undefined) return this.lastZxidSeen
    const isLong = nowMs - this.#speechlessSinceMs > (this.timeoutMs * 4) / 3
    return isLong && random() < 0.5 ? 0n : this.lastZxidSeen
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
