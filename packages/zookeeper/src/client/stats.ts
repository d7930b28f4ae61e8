import type { DiagnosticsStats } from '../diagnostics/client-diagnostics.ts'
import type { WatchCounts } from '../session/watch-registry.ts'

/** What a client has done since it was made, and what it is doing now: see `ZooKeeper.stats`. */
export interface ClientStats extends DiagnosticsStats {
  /** Requests that wait for a connection with room for them. */
  readonly queued: number
  /** Paths with a watch, by kind: one-shot ones by the server's table, persistent ones by their mode. */
  readonly watches: WatchCounts
}
