import type { HealthCheck } from '@zoogate/balancer'

/**
 * The view: all that one node's engine has to know, and nothing else. The model of what people write
 * (resources) and of what instances say (registrations) ends here; what an engine renders begins
 * here. It is plain data: equal views render to equal bytes.
 */

export type { HealthCheck }

export type EngineName = 'haproxy' | 'nginx' | 'httpd' | 'builtin'

export interface View {
  readonly gateway: string
  /** The revision that the structure (all but the endpoints) comes from. */
  readonly revision: number
  readonly listeners: readonly Listener[]
  /** In order of precedence: the first route that matches a request carries it. No match: 404. */
  readonly routes: readonly Route[]
  /** At most one for each TCP listener. Absent: none. */
  readonly tcpRoutes?: readonly TcpRoute[]
  /** By name, sorted. Every service that a route names is here, if need be without endpoints. */
  readonly services: ReadonlyMap<string, ServicePool>
  readonly concurrency: {
    /** Engine workers or threads; `auto` is one for each core. */
    readonly workers: number | 'auto'
    readonly maxConnections: number
    /** How long an idle client connection is kept. */
    readonly keepAliveMs: number
  }
  /** Whom to believe about the client's address. Absent: nobody but the connection itself. */
  readonly clientAddress?: {
    /** Networks (CIDR) whose X-Forwarded-For, -Proto, -Host and Forwarded are believed and added to. */
    readonly trustedProxies: readonly string[]
    /** Every connection begins with a PROXY protocol header, version 1 or 2. */
    readonly proxyProtocol: boolean
  }
  /** Absent fields: the engine's own. */
  readonly limits?: {
    /** Of a request's line and headers together: more is 431 (400 where the engine has no 431). */
    readonly headerBytes?: number
    /** Of a request's body: more is 413. */
    readonly bodyBytes?: number
    /** Of silence, in either direction, before a request or a TCP connection is ended. */
    readonly idleMs?: number
  }
  /** In place of all that an engine renders: routes, and the settings of listeners, have no say. */
  readonly native?: NativeConfiguration
  /** What listeners, pools and routes name, sorted by name. Absent: none. */
  readonly secrets?: readonly Secret[]
}

/** A configuration in the engine's own language: a template that endpoints are put into. */
export interface NativeConfiguration {
  /** Absent: not known, where only the structure is looked at and the text lies in a znode. */
  readonly text?: string
  /** Where it lies in ZooKeeper, and which change of it this is: the zxid, in hexadecimal. */
  readonly znode?: { readonly path: string; readonly mzxid?: string }
}

/**
 * Bytes that are kept apart from the rest, encrypted in ZooKeeper. Never printed. Where only the
 * structure is looked at (apply, a dry run), the texts are empty.
 */
export type Secret =
  | {
      readonly type: 'TLS'
      readonly name: string
      /** Changes with the bytes. */
      readonly version: string
      /** The certificate and its intermediates, then the private key, all PEM. */
      readonly chainPem: string
      readonly keyPem: string
    }
  | {
      readonly type: 'CA'
      readonly name: string
      readonly version: string
      readonly certificatesPem: string
    }
  | {
      readonly type: 'Users'
      readonly name: string
      readonly version: string
      /** `hash` is crypt(3)'s: `$5$`, `$6$`, `$2y$`. Sorted by name. */
      readonly users: readonly { readonly name: string; readonly hash: string }[]
    }

export interface Listener {
  readonly name: string
  /** An IPv4 or IPv6 address, or `*` for all of the host's. */
  readonly address: string
  readonly port: number
  /** TLS: decrypted here, and carried on as TCP. */
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS'
  /** Of HTTPS and TLS, always there. */
  readonly tls?: ListenerTls
}

export interface ListenerTls {
  /** Secrets of type TLS. The client's SNI chooses by the names in the certificate; none fits: the first. */
  readonly certificates: readonly string[]
  /** Default: 1.2. */
  readonly minVersion: '1.2' | '1.3'
  /** Whether HTTP/2 is offered by ALPN. Of HTTPS only. */
  readonly http2: boolean
  /** Clients must (or may) show a certificate that one of this CA's signed; the request is refused else. */
  readonly clientCertificates?: {
    /** A secret of type CA. */
    readonly ca: string
    readonly mode: 'Required' | 'Optional'
  }
}

/** What arrives on TCP listeners, byte by byte. */
export interface TcpRoute {
  /** Unique in the view, stable while the resource is. */
  readonly id: string
  readonly listeners: readonly string[]
  /** As of {@link Route.backends}, for each connection. None to take it: closed at once. */
  readonly backends: Route['backends']
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
  /** All must match. Names in lower case. */
  readonly headers: readonly ValueMatch[]
  /** All must match, the first of that name in the query, percent-decoded. Letter case counts. Absent: none. */
  readonly query?: readonly ValueMatch[]
  /** Weights are relative. Empty, or all weights 0: 503. Empty where there is an {@link answer}. */
  readonly backends: readonly { readonly service: string; readonly weight: number }[]
  /** The gateway's own answer, in place of a backend's. */
  readonly answer?: Answer
  /** Changes to what the backend is sent, after the gateway's own (X-Forwarded-For and the like). */
  readonly requestHeaders?: HeaderChanges
  /** Changes to what the client is sent, by whomever it was answered for this route. */
  readonly responseHeaders?: HeaderChanges
  /** What the backend is sent in place of the client's host and path; the query stays. */
  readonly rewrite?: { readonly hostname?: string; readonly path?: PathChange }
  /** Each gets a copy of so many requests; its answers are dropped. */
  readonly mirrors?: readonly { readonly service: string; readonly percent: number }[]
  readonly access?: Access
  readonly rateLimit?: RateLimit
  /** Responses to GET and HEAD are kept by the gateway. */
  readonly cache?: {
    /** How long one is kept that says nothing of it itself (Cache-Control, Expires). */
    readonly maxAgeMs: number
  }
  /** The response gets `Cache-Control: max-age` and Expires, where it has neither. */
  readonly expires?: { readonly afterMs: number }
  /** Responses of these media types (`text/*`, `application/json`) are compressed for clients that accept it. */
  readonly compress?: { readonly types: readonly string[] }
  /** Absent: attempts at other endpoints where a connection could not be opened, and for idempotent methods where it broke before a response. */
  readonly retry?: Retry
  readonly timeouts: {
    /** Until the whole exchange with the client has its response header, retries included: else 504. */
    readonly requestMs?: number
    /** For one attempt at one endpoint. */
    readonly backendRequestMs?: number
  }
}

export interface PathMatch {
  /**
   * PathPrefix matches whole segments: `/app` covers `/app` and `/app/x`, not `/apple`. A
   * RegularExpression must match the whole percent-decoded path.
   */
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'
  /** Begins with `/`; a prefix has no trailing `/` (but for `/` itself). */
  readonly value: string
}

export interface ValueMatch {
  readonly name: string
  readonly value: string
  /** The whole value must match; absent: equal it. */
  readonly type?: 'RegularExpression'
}

/** In this order: remove, set, add. Names as written; letter case does not count. */
export interface HeaderChanges {
  readonly set: readonly { readonly name: string; readonly value: string }[]
  readonly add: readonly { readonly name: string; readonly value: string }[]
  readonly remove: readonly string[]
}

export interface PathChange {
  /** ReplacePrefixMatch: what the route's path matched (a PathPrefix only) is replaced, the rest stays. */
  readonly type: 'ReplaceFullPath' | 'ReplacePrefixMatch'
  /** Begins with `/`. */
  readonly value: string
}

export type Answer = Redirect | StaticFiles | FastCgi | Cgi

/** As the Gateway API's RequestRedirect: what is absent stays as the client had it; the query stays. */
export interface Redirect {
  readonly type: 'redirect'
  readonly scheme?: 'http' | 'https'
  readonly hostname?: string
  /** Absent: the scheme's where a scheme is given, else the listener's. Well-known ones are left out. */
  readonly port?: number
  readonly path?: PathChange
  readonly statusCode: 301 | 302 | 303 | 307 | 308
}

/** Files below a folder, by the path behind the route's prefix. */
export interface StaticFiles {
  readonly type: 'static'
  /** Absolute. The path below it is the request's, less the route's prefix. */
  readonly root: string
  /** Tried in order where a folder is asked for; none there: 404, never a listing. */
  readonly index: readonly string[]
}

export interface FastCgi {
  readonly type: 'fastcgi'
  /** `unix:/run/php/php-fpm.sock` or `127.0.0.1:9000`. */
  readonly address: string
  /** Absolute; SCRIPT_FILENAME is below it: the path behind the route's prefix. */
  readonly root: string
  /** Added to a path that ends in `/`. */
  readonly index: string
}

/** Programs below a folder, by the path behind the route's prefix; what follows the program is PATH_INFO. */
export interface Cgi {
  readonly type: 'cgi'
  readonly root: string
}

export interface Access {
  /** Networks (CIDR). A client in one of `deny` gets 403; where `allow` is not empty, so does one in none of it. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Without a user of the secret (type Users): 401. */
  readonly basicAuth?: { readonly realm: string; readonly users: string }
}

/** On each node: what is above gets 429. */
export interface RateLimit {
  readonly requests: number
  readonly perMs: number
  /** Whose requests are counted together: one client address's, or one value's of a header. */
  readonly key: { readonly type: 'sourceIP' } | { readonly type: 'header'; readonly name: string }
}

export interface Retry {
  /** Beside the first. 0: none. */
  readonly attempts: number
  /** Responses that count as failures, of 500 to 599. */
  readonly codes: readonly number[]
  /** Only for these; never another than GET, HEAD, OPTIONS, TRACE, PUT, DELETE where bytes may have reached a server. */
  readonly methods: readonly string[]
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
  readonly algorithm: Algorithm
  /** What consistentHash hashes. Absent: the client's address. */
  readonly hashOn?: HashOn
  readonly sessionPersistence?: SessionPersistence
  readonly healthCheck?: HealthCheck
  readonly outlierDetection?: OutlierDetection
  /** Over so long the share of an endpoint that came, or came back, grows to its own. */
  readonly slowStartMs?: number
  readonly connections: {
    /** To one endpoint at once; undefined: no limit. */
    readonly max?: number
    /** Requests that may wait for an endpoint while all have `max`; more get 503. Absent: the engine's own. */
    readonly queue?: number
    readonly connectTimeoutMs: number
  }
  /** Absent: plain. */
  readonly tls?: {
    readonly verify: boolean
    /** For SNI, and what the certificate must be for. Absent: the request's host, unverified names. */
    readonly serverName?: string
    /** A secret of type CA; absent: the host's own CAs. */
    readonly ca?: string
    /** A secret of type TLS that is shown to the endpoint. */
    readonly clientCertificate?: string
  }
  /** Sorted by id. */
  readonly endpoints: readonly Endpoint[]
}

export type HashOn =
  | { readonly type: 'sourceIP' | 'path' }
  | { readonly type: 'header' | 'cookie'; readonly name: string }

export type SessionPersistence =
  | {
      readonly type: 'Cookie'
      readonly sessionName: string
      /** Absent: the balancer's own cookie, whose value names the endpoint. */
      readonly mode?:
        | 'Insert'
        /** The application's (JSESSIONID): its value ends in `.` and the endpoint's id. */
        | 'Application'
    }
  | { readonly type: 'SourceIP' }

export interface OutlierDetection {
  /** So many responses of 500 to 599, or failures, in a row, and the endpoint is ejected. */
  readonly consecutive5xx: number
  /** For so long. */
  readonly baseEjectionMs: number
  /** Never more than this share of the pool, rounded down but at least one. 0 to 100. */
  readonly maxEjectionPercent: number
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
