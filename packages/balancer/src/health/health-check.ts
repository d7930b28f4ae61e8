/** When an endpoint is asked, and how many answers count. */
export interface CheckTiming {
  readonly intervalMs: number
  /** From the first packet to the end of the response's head. */
  readonly timeoutMs: number
  /** Passes in a row before a failing endpoint takes traffic again. */
  readonly rise: number
  /** Failures in a row before a passing endpoint takes none. */
  readonly fall: number
}

/** How an endpoint is asked whether it can take requests. */
export interface HealthCheck extends CheckTiming {
  /**
   * `http` asks with GET and Host: the endpoint's address; `tcp` only connects; `zookeeper` asks a
   * ZooKeeper server for its mode, which it tells while it serves: not without a quorum. The server
   * must allow `srvr` (`4lw.commands.whitelist`; it does unless told otherwise).
   */
  readonly probe:
    | {
        readonly type: 'http'
        readonly path: string
        /** Inclusive. */
        readonly statusFrom: number
        readonly statusTo: number
      }
    | { readonly type: 'tcp' }
    | { readonly type: 'zookeeper' }
}

/**
 * What a member of an ensemble answers to the four letter word `srvr` while it serves, and where it
 * stands in it. `ruok` would be answered without a quorum too.
 */
export const ZOOKEEPER_SERVING = 'Mode: (leader|follower|standalone|observer)'

/** Where to probe. */
export interface ProbeTarget {
  /** An IP address, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

export interface ProbeResult {
  readonly passed: boolean
  /** What was seen, for people: `status 503`, `connect ECONNREFUSED 127.0.0.1:3000`. */
  readonly detail: string
  readonly latencyMs: number
}
