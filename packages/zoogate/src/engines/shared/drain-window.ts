/** The connections that an engine holds, by what they do. */
export interface ConnectionCounts {
  /**
   * Open, and no request on them: those that were kept after a response, and those that brought none
   * yet. (A worker that quits closes the former at once. The latter nginx still serves, and tells them
   * that it closes.)
   */
  readonly idle: number
  /** A request is being read or answered; WebSockets are among them. */
  readonly busy: number
}

/** In milliseconds since the flag was raised, but for `restMs` and `stepMaxMs`. */
export interface DrainTimes {
  /**
   * Requests that were under way when the flag was raised are answered without `Connection: close`,
   * so their connections become idle yet. Where the engine is never seen without a request, it is taken
   * that they are answered after so long. (Those that take longer than the old workers live are told
   * `close` by the workers themselves.)
   */
  readonly settleMs: number
  /** How long clients have for one more request, whatever the others do. */
  readonly patienceMs: number
  /** Beyond that, idle connections that are nearly drained have their time; but none that rest. */
  readonly restMs: number
  readonly maxMs: number
  /**
   * What the time between two looks counts at most, in all of the above. After a longer one the host
   * did not run us, and so maybe neither the engine nor clients that are on it: they had no chance.
   */
  readonly stepMaxMs: number
  /** The end by the clock, whatever counted. */
  readonly clockMaxMs: number
}

/**
 * A worker that quits can lose a request that is on its way on an idle connection. So a drain ends
 * when there is none. With nginx, measured over the gap between two requests of a client, on one connection:
 *
 * - up to `patienceMs` (and the 100 ms more that nginx takes until its old workers quit): it is drained
 *   always, whoever else is connected. 500 ms are two requests a second.
 * - up to `maxMs`: as long as connections go away at a pace that leaves none at `maxMs`, and one went
 *   within the last `restMs`. That is for clients that are slow, or late on a busy host.
 * - beyond (a browser whose user reads the page): it is closed while idle. That costs a request only
 *   where the client sends it in the same moment, before the end has reached it; a browser then sends
 *   it again (RFC 9112, 9.3.1). nginx has no way to end such a connection without that risk.
 *
 * One more remains: a request from before the flag that is answered between SIGHUP and the quitting of
 * its worker is answered as one whose connection is kept, and the worker closes it soon after. A client
 * that sends its next request within that moment loses it. On a host so busy that responses take
 * longer than the drain this was seen, a few in 40,000.
 */
export const DRAIN_TIMES: DrainTimes = {
  settleMs: 100,
  patienceMs: 500,
  restMs: 200,
  maxMs: 1_000,
  stepMaxMs: 50,
  clockMaxMs: 2_000,
}

/**
 * Decides when the drain that began at `startMs` is over. Pure but for what it remembers: it is told
 * the counts and the time.
 */
export class DrainWindow {
  readonly #startMs: number
  readonly #times: DrainTimes
  /** Whether the requests from before the flag are answered. */
  #settled = false
  #mostIdle = 0
  #fewestIdle = Number.POSITIVE_INFINITY
  #fewestSinceMs = 0
  /** What counted so far, and when that was. */
  #sinceMs = 0
  #seenMs: number

  constructor(startMs: number, times = DRAIN_TIMES) {
    this.#startMs = startMs
    this.#seenMs = startMs
    this.#times = times
  }

  /** How much time has counted so far: see `stepMaxMs`. */
  get countedMs(): number {
    return this.#sinceMs
  }

  /** Undefined counts: the engine does not tell. Then clients have `patienceMs`. */
  isOver(counts: ConnectionCounts | undefined, nowMs: number): boolean {
    const { settleMs, patienceMs, restMs, maxMs, stepMaxMs, clockMaxMs } = this.#times
    this.#sinceMs += Math.min(nowMs - this.#seenMs, stepMaxMs)
    this.#seenMs = nowMs
    const sinceMs = this.#sinceMs
    if (sinceMs >= maxMs || nowMs - this.#startMs >= clockMaxMs) return true
    if (counts === undefined) return sinceMs >= patienceMs
    this.#remember(counts)
    this.#settled ||= counts.busy === 0 || sinceMs >= settleMs
    if (this.#settled && counts.idle === 0) return true
    if (sinceMs < patienceMs) return false
    return sinceMs - this.#fewestSinceMs >= restMs || this.#emptyAfterMs(sinceMs) > maxMs
  }

  /** New connections are idle for a moment, until they bring their request: hence the fewest. */
  #remember({ idle }: ConnectionCounts): void {
    this.#mostIdle = Math.max(this.#mostIdle, idle)
    if (idle < this.#fewestIdle) {
      this.#fewestIdle = idle
      this.#fewestSinceMs = this.#sinceMs
    }
  }

  /** When the last one is gone, at the pace so far. */
  #emptyAfterMs(sinceMs: number): number {
    const gone = this.#mostIdle - this.#fewestIdle
    return gone === 0 ? Number.POSITIVE_INFINITY : (sinceMs * this.#mostIdle) / gone
  }
}
