import {
  type ConnectRequest,
  type ConnectResponse,
  PASSWORD_BYTES,
} from '../protocol/records/connect.ts'

/** A new session's password, and that of none. */
const NO_PASSWORD = Buffer.alloc(PASSWORD_BYTES)

/** What it takes to attach to a session: whoever has it, has the session. */
export interface SessionIdentity {
  readonly id: bigint
  /** 16 bytes, and a secret. */
  readonly password: Uint8Array
}

/** What a client knows of its session before it has met a server. */
export interface SessionMemoryOptions {
  readonly sessionTimeoutMs: number
  readonly canBeReadOnly: boolean
  /** A session to attach to; undefined asks for a new one. */
  readonly session: SessionIdentity | undefined
}

/** What decides how a client introduces itself. */
export interface HandshakeOptions {
  readonly nowMs: number
  readonly random: () => number
  /** Whether to ask for a session that nobody will need again. */
  readonly isGuest: boolean
}

/** What a client remembers of its session from one connection to the next. */
export class SessionMemory {
  /** 0 while there is no session, and in one that a server without a quorum made up: no other server would know it. */
  id: bigint
  password: Buffer
  /** The timeout that the server gave; before the first handshake the one that is asked for. */
  timeoutMs: number
  /** The newest transaction that any reply or event named: a server that is behind it is not for us. */
  lastZxidSeen = 0n
  /** The newest transaction up to which all watches have told what they had to. */
  watchedUpToZxid = 0n
  readonly #wantedTimeoutMs: number
  readonly #canBeReadOnly: boolean
  /** Since when servers accept our connection and close it without a word; undefined when they do not. */
  #speechlessSinceMs: number | undefined

  constructor(options: SessionMemoryOptions) {
    this.id = options.session?.id ?? 0n
    this.password = Buffer.from(options.session?.password ?? NO_PASSWORD)
    this.#canBeReadOnly = options.canBeReadOnly
    this.#wantedTimeoutMs = options.sessionTimeoutMs
    this.timeoutMs = options.sessionTimeoutMs
  }

  /**
   * What to say to the next server. A guest says nothing of the session: a server without a quorum does not take sessions that it did
   * not make up itself (ReadOnlyZooKeeperServer.validateSession, since 3.6), yet lets anybody read.
   */
  handshake(options: HandshakeOptions): ConnectRequest {
    return {
      protocolVersion: 0,
      lastZxidSeen: this.#claimedZxid(options),
      timeoutMs: this.#wantedTimeoutMs,
      sessionId: options.isGuest ? 0n : this.id,
      password: options.isGuest ? NO_PASSWORD : this.password,
      readOnly: this.#canBeReadOnly,
    }
  }

  /** A server gave a session, or the one that we had. */
  given(response: ConnectResponse): void {
    this.timeoutMs = response.timeoutMs
    if (response.readOnly === true) return
    this.id = response.sessionId
    this.password = response.password
  }

  /** The caller was told of this transaction. */
  saw(zxid: bigint): void {
    this.lastZxidSeen = maxOf(this.lastZxidSeen, zxid)
  }

  /** All watches have told what happened up to this transaction. */
  caughtUp(zxid: bigint): void {
    this.watchedUpToZxid = maxOf(this.watchedUpToZxid, zxid)
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
  #claimedZxid({ nowMs, random }: HandshakeOptions): bigint {
    if (this.#speechlessSinceMs === undefined) return this.lastZxidSeen
    const isLong = nowMs - this.#speechlessSinceMs > (this.timeoutMs * 4) / 3
    return isLong && random() < 0.5 ? 0n : this.lastZxidSeen
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
