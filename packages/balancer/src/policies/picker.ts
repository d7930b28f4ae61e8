/** What a picker needs to know of an endpoint. The id is its identity: a picker remembers by it. */
export interface PickerEndpoint {
  readonly id: string
  /** Relative share; 0 takes no new requests. */
  readonly weight: number
  /** Only `up` takes new requests. */
  readonly state: 'up' | 'draining' | 'down'
}

export interface PickContext {
  /** What consistentHash hashes, e.g. the client's address. Without it such a pick is random. */
  readonly hashKey?: string
  /** Ids that must not be picked, e.g. those that a retry has tried. */
  readonly excluded?: ReadonlySet<string>
}

export interface RequestOutcome {
  /** From the start of the request to the head of its response, in milliseconds. */
  readonly latencyMs: number
  /** A refused connection, a timeout, a 5xx: whatever should not count as a fast answer. */
  readonly failed: boolean
}

/**
 * Chooses an endpoint for each request: a state machine over plain data that does no I/O.
 * The caller reports every request that it sends: `onStart` once, then `onEnd` once. An endpoint may
 * leave by `update` between the two; its requests are still counted when it returns.
 */
export interface Picker<E extends PickerEndpoint = PickerEndpoint> {
  /**
   * Replaces the set. What was learned of the endpoints that stay (requests in flight, latency, place
   * in the turn) is kept. A second endpoint with the same id is ignored.
   */
  update(endpoints: readonly E[]): void
  /** Undefined: no endpoint is up, has weight and is not excluded. */
  pick(context?: PickContext): E | undefined
  onStart(endpoint: E): void
  onEnd(endpoint: E, outcome: RequestOutcome): void
}

export interface PickerOptions {
  /** In [0, 1). */
  readonly random: () => number
  /** Monotonic milliseconds, e.g. `performance.now`. */
  readonly nowMs: () => number
}
