import type { Clock } from '../clock.ts'
import type { Ledger } from '../requests/ledger.ts'
import { firstSessionId } from './session-id.ts'
import type { SessionPasswords } from './session-passwords.ts'
import { SessionTracker } from './session-tracker.ts'

/** What a session needs of the connection that holds it. */
export interface SessionHolder {
  readonly sessionId: bigint
  establish(sessionId: bigint, timeoutMs: number): void
  destroy(): void
}

/** When a tick comes later than this many ticks after the one before, the server was not there in between. */
const PAUSE_TICKS = 2

export interface SessionsOptions {
  readonly ledger: Ledger
  readonly passwords: SessionPasswords
  readonly tickTimeMs: number
  readonly clock: Clock
}

/** The sessions of a server: who they are in the ledger, when they expire, and which connection has which. */
export class Sessions<Holder extends SessionHolder> {
  readonly #options: SessionsOptions
  readonly #tracker: SessionTracker
  readonly #holders = new Map<bigint, Holder>()
  #nextId: bigint
  #lastTickMs: number

  constructor(options: SessionsOptions) {
    const { clock, ledger, tickTimeMs } = options
    this.#options = options
    this.#tracker = new SessionTracker(tickTimeMs)
    this.#nextId = firstSessionId(clock.wallMs(), ledger.database.sessions.keys())
    this.#lastTickMs = clock.monotonicMs()
    this.restore()
  }

  get count(): number {
    return this.#tracker.size
  }

  /** Deadlines on the monotonic clock. */
  deadlines(): readonly (readonly [number, readonly bigint[]])[] {
    return this.#tracker.deadlines()
  }

  /** Counts for exactly the sessions of the ledger: each gets its whole timeout (ZooKeeperServer.loadData). */
  restore(): void {
    const { ledger, clock } = this.#options
    const { sessions } = ledger.database
    for (const [, ids] of this.#tracker.deadlines()) {
      for (const id of ids) if (!sessions.has(id)) this.#tracker.remove(id)
    }
    const nowMs = clock.monotonicMs()
    for (const [id, timeoutMs] of sessions) this.#tracker.add(id, timeoutMs, nowMs)
  }

  isSession(sessionId: bigint): boolean {
    return this.#options.ledger.database.sessions.has(sessionId)
  }

  isPasswordRight(sessionId: bigint, password: Buffer): boolean {
    return this.#options.passwords.isRight(sessionId, password)
  }

  passwordOf(sessionId: bigint): Buffer {
    return this.#options.passwords.of(sessionId)
  }

  open(timeoutMs: number): bigint {
    const sessionId = this.#nextId++
    this.#options.ledger.commit({ type: 'createSession', sessionId, timeoutMs })
    return sessionId
  }

  /** Gives the session to this connection; the one that had it is closed. */
  adopt(holder: Holder, sessionId: bigint, timeoutMs: number): void {
    this.#holders.get(sessionId)?.destroy()
    this.#holders.set(sessionId, holder)
    this.#tracker.add(sessionId, timeoutMs, this.#options.clock.monotonicMs())
    holder.establish(sessionId, timeoutMs)
  }

  touch(sessionId: bigint): void {
    this.#tracker.touch(sessionId, this.#options.clock.monotonicMs())
  }

  /** The connection is gone; the session goes on until its time is over. */
  release(holder: Holder): void {
    if (this.#holders.get(holder.sessionId) === holder) this.#holders.delete(holder.sessionId)
  }

  /** Ends a session and its ephemeral nodes. Its connection stays, for what is still to be said. */
  close(sessionId: bigint): void {
    this.#tracker.remove(sessionId)
    this.#holders.delete(sessionId)
    if (this.isSession(sessionId)) {
      this.#options.ledger.commit({ type: 'closeSession', sessionId })
    }
  }

  /** Called once a tick: ends the sessions that were not heard of in time. Returns them. */
  tick(): readonly bigint[] {
    const { clock, ledger, tickTimeMs } = this.#options
    const nowMs = clock.monotonicMs()
    const pausedMs = nowMs - this.#lastTickMs
    this.#lastTickMs = nowMs
    // Nobody was heard in a pause (the process stopped, the machine asleep), however much they said; and no session can
    // be ended while the disk refuses. That time does not count.
    if (!ledger.writable) {
      this.#tracker.putOff(pausedMs)
      return []
    }
    if (pausedMs > PAUSE_TICKS * tickTimeMs) this.#tracker.putOff(pausedMs - tickTimeMs)
    const expired = this.#tracker.takeExpired(nowMs)
    for (const sessionId of expired) {
      const holder = this.#holders.get(sessionId)
      this.close(sessionId)
      holder?.destroy()
    }
    return expired
  }
}
