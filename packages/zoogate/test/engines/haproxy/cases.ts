import type { ListenerTls, Secret, View } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'

const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
const healthCheck = { intervalMs: 2_000, timeoutMs: 1_000, rise: 2, fall: 3 }
const TLS: ListenerTls = {
  certificates: ['shop', 'other'],
  minVersion: '1.2',
  http2: true,
  clientCertificates: { ca: 'clients', mode: 'Optional' },
}

const SECRETS: readonly Secret[] = [
  { type: 'CA', name: 'clients', version: '1', certificatesPem: 'CA PEM\n\n' },
  {
    type: 'Users',
    name: 'staff',
    version: '1',
    users: [{ name: 'ann "a"', hash: '$5$salt$hash' }],
  },
  { type: 'TLS', name: 'shop', version: '1', chainPem: 'CHAIN\n', keyPem: 'KEY\n' },
  { type: 'TLS', name: 'other', version: '1', chainPem: 'CHAIN2', keyPem: 'KEY2' },
]

/** Views that say each thing once; their files were looked at. */
export const CASES: Readonly<Record<string, View>> = {
  plain: viewOf({
    services: [
      serviceOf('shop', [
        endpointOf('a', 3001),
        endpointOf('b', 3002, { weight: 3 }),
        endpointOf('c', 3003, { state: 'draining', weight: 5 }),
        endpointOf('d', 3004, { state: 'down', address: '2001:db8::4' }),
      ]),
    ],
  }),
  routing: viewOf({
    listeners: [
      listenerOf(80, { address: '*' }),
      listenerOf(8080, { name: 'inner', address: '::1' }),
    ],
    routes: [
      routeOf('api', {
        id: 'api.0.0',
        hostname: 'shop.test',
        ...prefix('/api'),
        method: 'POST',
        headers: [
          { name: 'x-version', value: '2 "beta"' },
          { name: 'x-odd', value: '' },
        ],
        timeouts: { requestMs: 5_000, backendRequestMs: 1_500 },
      }),
      routeOf('api', {
        id: 'split.0.0',
        listeners: ['http', 'inner'],
        hostname: '*.shop.test',
        path: { type: 'Exact', value: '/a%20b' },
        backends: [
          { service: 'api', weight: 90 },
          { service: 'off', weight: 0 },
          { service: 'web', weight: 10 },
        ],
      }),
      routeOf('web', { id: 'none.0.0', backends: [] }),
    ],
    services: ['api', 'off', 'web'].map((name) => serviceOf(name, [])),
    concurrency: { workers: 4, maxConnections: 20_000, keepAliveMs: 5_000 },
  }),
  services: viewOf({
    services: [
      serviceOf('hash', [endpointOf('a', 3001)], { algorithm: 'consistentHash' }),
      serviceOf('least', [endpointOf('a', 3001)], {
        algorithm: 'leastRequest',
        connections: { connectTimeoutMs: 250, max: 40 },
        healthCheck: { probe: { type: 'tcp' }, ...healthCheck },
      }),
      serviceOf('random', [], { algorithm: 'random' }),
      serviceOf('shop', [endpointOf('a', 3001)], {
        sessionPersistence: { type: 'Cookie', sessionName: 'SID%' },
        healthCheck: {
          probe: { type: 'http', path: '/healthz?deep=1', statusFrom: 200, statusTo: 399 },
          ...healthCheck,
        },
      }),
      serviceOf('ensemble', [endpointOf('a', 2181)], {
        healthCheck: { probe: { type: 'zookeeper' }, ...healthCheck },
      }),
      serviceOf('two', [], { algorithm: 'powerOfTwoChoices' }),
    ],
  }),
  filters: viewOf({
    listeners: [listenerOf(80), listenerOf(443, { name: 'https', protocol: 'HTTPS', tls: TLS })],
    routes: [
      routeOf('shop', {
        id: 'regex.0.0',
        path: { type: 'RegularExpression', value: String.raw`/v[0-9]+/it"ems\.(a|b)` },
        headers: [{ name: 'x-v', value: '[0-9]{2}', type: 'RegularExpression' }],
        query: [
          { name: 'q', value: 'a b' },
          { name: 'tags[]', value: 'x|y', type: 'RegularExpression' },
        ],
        access: {
          allow: ['10.0.0.0/8', '2001:db8::/32'],
          deny: ['10.1.0.0/16'],
          basicAuth: { realm: 'the "shop" 100%', users: 'staff' },
        },
        rateLimit: { requests: 100, perMs: 1_000, key: { type: 'sourceIP' } },
      }),
      routeOf('shop', {
        id: 'rewrite.0.0',
        listeners: ['http', 'https'],
        ...prefix('/old/shop'),
        requestHeaders: {
          set: [{ name: 'X-From', value: 'edge 100% "x"' }],
          add: [{ name: 'X-More', value: '1' }],
          remove: ['X-Gone'],
        },
        responseHeaders: { set: [{ name: 'X-Out', value: '%[src]' }], add: [], remove: ['Server'] },
        rewrite: {
          hostname: 'inner.test',
          path: { type: 'ReplacePrefixMatch', value: '/new%20shop' },
        },
        expires: { afterMs: 3_600_000 },
        rateLimit: { requests: 3, perMs: 60_000, key: { type: 'header', name: 'x-key' } },
        retry: { attempts: 2, codes: [502, 503, 504], methods: ['GET', 'HEAD'] },
      }),
      routeOf('shop', {
        id: 'cached.0.0',
        ...prefix('/cached'),
        cache: { maxAgeMs: 60_000 },
        compress: { types: ['text/*', 'application/json'] },
        rewrite: { path: { type: 'ReplaceFullPath', value: '/one' } },
      }),
      routeOf('shop', {
        id: 'moved.0.0',
        listeners: ['http', 'https'],
        ...prefix('/moved'),
        backends: [],
        answer: {
          type: 'redirect',
          scheme: 'https',
          hostname: 'shop.test',
          path: { type: 'ReplacePrefixMatch', value: '/' },
          statusCode: 301,
        },
      }),
      routeOf('shop', {
        id: 'php.0.0',
        ...prefix('/app'),
        backends: [],
        answer: {
          type: 'fastcgi',
          address: 'unix:/run/php/php-fpm.sock',
          root: '/srv/app',
          index: 'index.php',
        },
      }),
    ],
    clientAddress: { trustedProxies: ['10.0.0.0/8', '::1'], proxyProtocol: true },
    limits: { headerBytes: 16_384, bodyBytes: 10_000_000, idleMs: 30_000 },
    secrets: SECRETS,
  }),
  tcp: viewOf({
    secrets: SECRETS,
    listeners: [
      listenerOf(2180, { name: 'zk', protocol: 'TCP' }),
      listenerOf(2181, { name: 'tls', protocol: 'TLS', tls: { ...TLS, http2: false } }),
      listenerOf(2182, { name: 'nobody', protocol: 'TCP' }),
    ],
    routes: [],
    tcpRoutes: [
      {
        id: 'zk',
        listeners: ['zk', 'tls'],
        backends: [
          { service: 'ensemble', weight: 3 },
          { service: 'plain', weight: 1 },
        ],
      },
    ],
    services: [
      serviceOf('ensemble', [endpointOf('a', 2181)], {
        healthCheck: { probe: { type: 'zookeeper' }, ...healthCheck },
        tls: { verify: true },
      }),
      serviceOf('plain', [endpointOf('a', 2181)], {
        outlierDetection: { consecutive5xx: 3, baseEjectionMs: 10_000, maxEjectionPercent: 50 },
        sessionPersistence: { type: 'SourceIP' },
      }),
    ],
  }),
  settings: viewOf({
    secrets: SECRETS,
    routes: [routeOf('outlier'), routeOf('tls', { ...prefix('/tls') })],
    services: [
      serviceOf('cookie', [], {
        algorithm: 'consistentHash',
        hashOn: { type: 'cookie', name: 'u' },
      }),
      serviceOf('header', [], {
        algorithm: 'consistentHash',
        hashOn: { type: 'header', name: 'x-user' },
      }),
      serviceOf('java', [endpointOf('a', 80)], {
        sessionPersistence: { type: 'Cookie', sessionName: 'JSESSIONID', mode: 'Application' },
      }),
      serviceOf('outlier', [endpointOf('a', 80)], {
        outlierDetection: { consecutive5xx: 5, baseEjectionMs: 30_000, maxEjectionPercent: 50 },
        healthCheck: { probe: { type: 'tcp' }, ...healthCheck },
        slowStartMs: 30_000,
      }),
      serviceOf('path', [], { algorithm: 'consistentHash', hashOn: { type: 'path' } }),
      serviceOf('queue', [endpointOf('a', 80)], {
        connections: { connectTimeoutMs: 100, max: 2, queue: 3 },
        sessionPersistence: { type: 'SourceIP' },
      }),
      serviceOf('tls', [endpointOf('a', 443)], {
        tls: { verify: true, serverName: 'api.internal', ca: 'clients', clientCertificate: 'shop' },
      }),
      serviceOf('unverified', [endpointOf('a', 443)], { tls: { verify: false } }),
    ],
  }),
}
