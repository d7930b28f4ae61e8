import type { ConnectionCounts } from './connection-counts.ts'

/** All in milliseconds since the flag was raised, but for `restMs`. */
export interface DrainTimes {
  /**
   * Requests that were under way when the flag was raised are answered without `Connection: close`,
   * so their connections become idle yet. Where nginx is never seen without a request, it is taken
   * that they are answered after so long. (Those that take longer than the old workers live are told
   * `close` by the workers themselves.)
   */
  readonly settleMs: number
  /** How long clients have for one more request, whatever the others do. */
  readonly patienceMs: number
  /** Beyond that, idle connections that are nearly drained have their time; but none that rest. */
  readonly restMs: number
  readonly maxMs: number
}

/**
 * A worker that quits can lose a request that is on its way on an idle connection. So a drain ends
 * when there is none. Measured over the gap between two requests of a client, on one connection:
 *
 * - up to `patienceMs` (and the 100 ms more that nginx takes until its old workers quit): it is drained
 *   always, whoever else is connected. 500 ms are two requests a second.
 * - up to `maxMs`: as long as connections go away at a pace that leaves none at `maxMs`, and one went
 *   within the last `restMs`. That is for clients that are slow, or late on a busy host.
 * - beyond (a browser whose user reads the page): it is closed while idle. That costs a request only
 *   where the client sends it in the same moment, before the end has reached it; a browser then sends
 *   it again (RFC 9112, 9.3.1). nginx has no way to end such a connection without that risk.
 */
export const DRAIN_TIMES: DrainTimes = {
  settleMs: 100,
  patienceMs: 500,
  restMs: 200,
  maxMs: 1_000,
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

  constructor(startMs: number, times = DRAIN_TIMES) {
    this.#startMs = startMs
    this.#times = times
  }

  /** Undefined counts: nginx does not tell. Then clients have `patienceMs`. */
  isOver(counts: ConnectionCounts | undefined, nowMs: number): boolean {
    const { settleMs, patienceMs, restMs, maxMs } = this.#times
    const sinceMs = nowMs - this.#startMs
    if (sinceMs >= maxMs) return true
    if (counts === undefined) return sinceMs >= patienceMs
    this.#remember(counts, nowMs)
    this.#settled ||= counts.busy === 0 || sinceMs >= settleMs
    if (this.#settled && counts.idle === 0) return true
    if (sinceMs < patienceMs) return false
    return nowMs - this.#fewestSinceMs >= restMs || this.#emptyAfterMs(sinceMs) > maxMs
  }

  /** New connections are idle for a moment, until they bring their request: hence the fewest. */
  #remember({ idle }: ConnectionCounts, nowMs: number): void {
    this.#mostIdle = Math.max(this.#mostIdle, idle)
    if (idle < this.#fewestIdle) {
      this.#fewestIdle = idle
      this.#fewestSinceMs = nowMs
    }
  }

  /** When the last one is gone, at the pace so far. */
  #emptyAfterMs(sinceMs: number): number {
    const gone = this.#mostIdle - this.#fewestIdle
    return gone === 0 ? Number.POSITIVE_INFINITY : (sinceMs * this.#mostIdle) / gone
  }
}
