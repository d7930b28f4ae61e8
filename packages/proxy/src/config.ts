import type { HealthCheck } from '@zoogate/balancer/health'

/**
 * What the proxy has to know, as plain data that survives JSON. Everything is checked by whoever
 * writes it; the proxy trusts its shape and none of the values that come from requests.
 */
export interface ProxyConfig {
  readonly listeners: readonly ListenerConfig[]
  /** In order of precedence: the first route that matches carries the request. No match: 404. */
  readonly routes: readonly RouteConfig[]
  /** Every pool that a route names, if need be without endpoints. */
  readonly pools: readonly PoolConfig[]
  /** Client connections over all listeners. One more is closed as soon as it comes. */
  readonly maxConnections: number
  /** How long an idle client connection is kept. */
  readonly keepAliveMs: number
}

export interface ListenerConfig {
  /** What routes call it. */
  readonly name: string
  /** An IPv4 or IPv6 address, or `*` for all of the host's. */
  readonly address: string
  /** 0: any free port (for tests). */
  readonly port: number
}

export interface RouteConfig {
  readonly id: string
  /** Names of the listeners that it is attached to. */
  readonly listeners: readonly string[]
  /** Lower case without a port; `*.example.com` covers any number of labels; absent: any host. */
  readonly hostname?: string
  readonly path: {
    /** PathPrefix matches whole segments: `/app` covers `/app` and `/app/x`, not `/apple`. */
    readonly type: 'Exact' | 'PathPrefix'
    readonly value: string
  }
  readonly method?: string
  /** All must match. Names in lower case, values exact. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** Weights are relative. Empty, or all weights 0: 503. */
  readonly backends: readonly { readonly pool: string; readonly weight: number }[]
  /** Until the client has the head of its response, retries included, else 504. Absent: no limit. */
  readonly requestTimeoutMs?: number
  /** The same for one attempt at one endpoint. */
  readonly attemptTimeoutMs?: number
}

export type Algorithm =
  | 'roundRobin'
  | 'random'
  | 'leastRequest'
  | 'powerOfTwoChoices'
  | 'consistentHash'
  | 'peakEWMA'

export interface PoolConfig {
  readonly name: string
  /** consistentHash hashes on the client's address. */
  readonly algorithm: Algorithm
  /** Name of the cookie whose value names the client's endpoint. Absent: no session persistence. */
  readonly sessionCookie?: string
  readonly healthCheck?: HealthCheck
  /** Connections to one endpoint at once; further requests wait for one. Absent: no limit. */
  readonly connectionsMax?: number
  readonly connectTimeoutMs: number
  readonly endpoints: readonly EndpointConfig[]
}

export interface EndpointConfig {
  readonly id: string
  /** An IP address. */
  readonly address: string
  readonly port: number
  /** 0 takes only requests that belong to it by session persistence. */
  readonly weight: number
  /** `draining` takes only requests that belong to it by session persistence; `down` takes none. */
  readonly state: 'up' | 'draining' | 'down'
}
