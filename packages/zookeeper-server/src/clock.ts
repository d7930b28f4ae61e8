/** Where the server takes the time from. Tests pass one that they turn by hand. */
export interface Clock {
  /** Milliseconds since 1970, for `ctime`, `mtime` and times to live. May jump. */
  wallMs(): number
  /** Milliseconds since some moment, for sessions and latencies. Never goes back. */
  monotonicMs(): number
  /** Calls `action` every `periodMs` until the returned function is called. Does not keep the process alive. */
  every(periodMs: number, action: () => void): () => void
}

/** The machine's own clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  every(periodMs, action) {
    const timer = setInterval(action, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}
