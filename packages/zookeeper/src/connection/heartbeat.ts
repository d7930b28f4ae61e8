import type { Clock, Timer } from './clock.ts'

/** However long the session timeout, a silent connection is pinged this often (ClientCnxn.MAX_SEND_PING_INTERVAL). */
const MAX_PING_INTERVAL_MS = 10_000

/** What a heartbeat is made of. */
export interface HeartbeatOptions {
  readonly clock: Clock
  /** Sends a ping. */
  readonly ping: () => void
  /** What is waited for until the handshake is over, for the message. */
  readonly stage: () => string
  /** The time is up. */
  readonly giveUp: (reason: Error) => void
}

/**
 * Keeps a connection's time. Until the handshake is over it waits for that; then the server must be heard from within 2/3 of the session
 * timeout, and after 1/3 without sending a ping goes out (ClientCnxn's read timeout).
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #clock: Clock
  #timer: Timer | undefined
  #readTimeoutMs = 0
  #pingIntervalMs = 0
  #startedAtMs = 0
  #receivedAtMs = 0
  #heardAtMs = 0
  #sentAtMs = 0
  #pingedAtMs = 0

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  /** When the last bytes came. */
  get receivedAtMs(): number {
    return this.#receivedAtMs
  }

  /** From the start until now. */
  get sinceStartMs(): number {
    return this.#clock.now() - this.#startedAtMs
  }

  /** From the last ping to the last bytes. */
  get pingedForMs(): number {
    return this.#receivedAtMs - this.#pingedAtMs
  }

  /** Begins to wait for the handshake. */
  start(connectTimeoutMs: number): void {
    this.#startedAtMs = this.#clock.now()
    this.#timer = this.#clock.setTimer(() => {
      this.#options.giveUp(new Error(`no ${this.#options.stage()} within ${connectTimeoutMs} ms`))
    }, connectTimeoutMs)
  }

  /** The handshake is over; with 0 there is no session to keep. */
  beat(sessionTimeoutMs: number): void {
    this.#timer?.cancel()
    if (sessionTimeoutMs <= 0) return
    this.#heardAtMs = this.#receivedAtMs
    this.#readTimeoutMs = (sessionTimeoutMs * 2) / 3
    this.#pingIntervalMs = Math.min(sessionTimeoutMs / 3, MAX_PING_INTERVAL_MS)
    this.#setTimer()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Bytes came. They may be a sign of life or not: see `received`. */
  arrived(): void {
    this.#receivedAtMs = this.#clock.now()
  }

  /** What came is a sign of life: a whole frame, or much of one. */
  received(): void {
    this.arrived()
    this.#heardAtMs = this.#receivedAtMs
  }

  sent(): void {
    this.#sentAtMs = this.#clock.now()
  }

  #setTimer(): void {
    const now = this.#clock.now()
    const readDueMs = this.#heardAtMs + this.#readTimeoutMs - now
    const pingDueMs = this.#sentAtMs + this.#pingIntervalMs - now
    const delayMs = Math.max(1, Math.ceil(Math.min(readDueMs, pingDueMs)))
    this.#timer = this.#clock.setTimer(() => this.#onTimer(), delayMs)
  }

  #onTimer(): void {
    const now = this.#clock.now()
    if (now - this.#heardAtMs >= this.#readTimeoutMs) {
      // When our own event loop was blocked, the bytes may lie in the socket unread: look there before giving up.
      setImmediate(() => this.#giveUpWhenSilent())
      return
    }
    const isPingDue = now - this.#sentAtMs >= this.#pingIntervalMs
    // Counted as sent even when the socket is blocked: bytes are on their way then, and touch the session too.
    if (isPingDue) this.#sentAtMs = this.#pingedAtMs = now
    this.#setTimer()
    if (isPingDue) this.#options.ping()
  }

  #giveUpWhenSilent(): void {
    if (this.#timer === undefined) return
    if (this.#clock.now() - this.#heardAtMs < this.#readTimeoutMs) {
      this.#setTimer()
      return
    }
    const reason = `nothing came from the server within ${this.#readTimeoutMs} ms`
    this.#options.giveUp(new Error(reason))
  }
}
