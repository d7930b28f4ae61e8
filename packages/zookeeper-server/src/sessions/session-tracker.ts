/**
 * Which session was heard of last, in buckets of one tick (ExpiryQueue.java): a session expires between its timeout
 * and its timeout and one tick after its last packet.
 */
export class SessionTracker {
  readonly #tickTimeMs: number
  readonly #sessions = new Map<bigint, { readonly timeoutMs: number; deadlineMs: number }>()
  readonly #buckets = new Map<number, Set<bigint>>()

  constructor(tickTimeMs: number) {
    this.#tickTimeMs = tickTimeMs
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Begins to count for a session, from now. */
  add(sessionId: bigint, timeoutMs: number, nowMs: number): void {
    this.remove(sessionId)
    const deadlineMs = this.#bucketOf(nowMs + timeoutMs)
    this.#sessions.set(sessionId, { timeoutMs, deadlineMs })
    this.#bucket(deadlineMs).add(sessionId)
  }

  /** A packet came. */
  touch(sessionId: bigint, nowMs: number): void {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return
    const deadlineMs = this.#bucketOf(nowMs + session.timeoutMs)
    if (deadlineMs <= session.deadlineMs) return
    this.#leave(sessionId, session.deadlineMs)
    session.deadlineMs = deadlineMs
    this.#bucket(deadlineMs).add(sessionId)
  }

  remove(sessionId: bigint): void {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return
    this.#sessions.delete(sessionId)
    this.#leave(sessionId, session.deadlineMs)
  }

  /** Removes and returns the sessions whose time is over. */
  takeExpired(nowMs: number): bigint[] {
    const expired: bigint[] = []
    for (const [deadlineMs, sessionIds] of this.#buckets) {
      if (deadlineMs > nowMs) continue
      expired.push(...sessionIds)
      this.#buckets.delete(deadlineMs)
    }
    for (const sessionId of expired) this.#sessions.delete(sessionId)
    return expired
  }

  /** Puts every deadline off: for a time in which the server could not hear anybody, or could not end a session. */
  putOff(byMs: number): void {
    this.#buckets.clear()
    for (const [sessionId, session] of this.#sessions) {
      const deadlineMs =
        Math.ceil((session.deadlineMs + byMs) / this.#tickTimeMs) * this.#tickTimeMs
      session.deadlineMs = deadlineMs
      this.#bucket(deadlineMs).add(sessionId)
    }
  }

  /** Deadlines in order, with the sessions that end then: for the four-letter word `dump`. */
  deadlines(): readonly (readonly [number, readonly bigint[]])[] {
    return [...this.#buckets]
      .sort(([a], [b]) => a - b)
      .map(([deadlineMs, ids]) => [deadlineMs, [...ids]])
  }

  #bucketOf(timeMs: number): number {
    return (Math.floor(timeMs / this.#tickTimeMs) + 1) * this.#tickTimeMs
  }

  #bucket(deadlineMs: number): Set<bigint> {
    let bucket = this.#buckets.get(deadlineMs)
    if (bucket === undefined) {
      bucket = new Set()
      this.#buckets.set(deadlineMs, bucket)
    }
    return bucket
  }

  #leave(sessionId: bigint, deadlineMs: number): void {
    const bucket = this.#buckets.get(deadlineMs)
    bucket?.delete(sessionId)
    if (bucket?.size === 0) this.#buckets.delete(deadlineMs)
  }
}
