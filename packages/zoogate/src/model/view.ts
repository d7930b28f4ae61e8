import type { HealthCheck } from '@zoogate/balancer'

/**
 * The view: all that one node's engine has to know, and nothing else. The model of what people write
 * (resources) and of what instances say (registrations) ends here; what an engine renders begins
 * here. It is plain data: equal views render to equal bytes.
 */

export type { HealthCheck }

export type EngineName = 'haproxy' | 'nginx' | 'builtin'

export interface View {
  readonly gateway: string
  /** The revision that the structure (all but the endpoints) comes from. */
  readonly revision: number
  readonly listeners: readonly Listener[]
  /** In order of precedence: the first route that matches a request carries it. No match: 404. */
  readonly routes: readonly Route[]
  /** By name, sorted. Every service that a route names is here, if need be without endpoints. */
  readonly services: ReadonlyMap<string, ServicePool>
  readonly concurrency: {
    /** Engine workers or threads; `auto` is one for each core. */
    readonly workers: number | 'auto'
    readonly maxConnections: number
    /** How long an idle client connection is kept. */
    readonly keepAliveMs: number
  }
}

export interface Listener {
  readonly name: string
  /** An IPv4 or IPv6 address, or `*` for all of the host's. */
  readonly address: string
  readonly port: number
  readonly protocol: 'HTTP'
}

/** One match of one rule of an HTTPRoute, for one hostname. */
export interface Route {
  /** Unique in the view, stable while the resource is: letters, digits, `.` and `-`. */
  readonly id: string
  /** Names of the listeners that it is attached to. At least one. */
  readonly listeners: readonly string[]
  /** Lower case without a port; `*.example.com` covers any number of labels; undefined: any host. */
  readonly hostname?: string
  readonly path: PathMatch
  readonly method?: string
  /** All must match. Names in lower case, values exact. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** Weights are relative. Empty, or all weights 0: 503. */
  readonly backends: readonly { readonly service: string; readonly weight: number }[]
  readonly timeouts: {
    /** Until the whole exchange with the client has its response header, retries included: else 504. */
    readonly requestMs?: number
    /** For one attempt at one endpoint. */
    readonly backendRequestMs?: number
  }
}

export interface PathMatch {
  /** PathPrefix matches whole segments: `/app` covers `/app` and `/app/x`, not `/apple`. */
  readonly type: 'Exact' | 'PathPrefix'
  /** Begins with `/`; a prefix has no trailing `/` (but for `/` itself). */
  readonly value: string
}

export type Algorithm =
  | 'roundRobin'
  | 'random'
  | 'leastRequest'
  | 'powerOfTwoChoices'
  | 'consistentHash'
  | 'peakEWMA'

export interface ServicePool {
  /** A resource name: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 characters. */
  readonly name: string
  /** consistentHash hashes on the client's address. */
  readonly algorithm: Algorithm
  /** The balancer's own cookie: its value names the endpoint. */
  readonly sessionPersistence?: { readonly type: 'Cookie'; readonly sessionName: string }
  readonly healthCheck?: HealthCheck
  readonly connections: {
    /** To one endpoint at once; undefined: no limit. */
    readonly max?: number
    readonly connectTimeoutMs: number
  }
  /** Sorted by id. */
  readonly endpoints: readonly Endpoint[]
}

export interface Endpoint {
  /** The instance's id: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`. */
  readonly id: string
  /** An IP address. */
  readonly address: string
  readonly port: number
  /** 0 to 256. 0 takes only requests that belong to it by session persistence. */
  readonly weight: number
  /**
   * `up` takes requests; `draining` takes only those that belong to it by session persistence, and
   * finishes what it has; `down` takes none.
   */
  readonly state: 'up' | 'draining' | 'down'
}
