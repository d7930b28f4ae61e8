import type { FastCgi, StaticFiles, View } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'

const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })

const edge = (parts: { certificate?: string; ca?: string; trusted?: string } = {}): View =>
  viewOf({
    listeners: [
      listenerOf(443, {
        protocol: 'HTTPS',
        tls: {
          certificates: [parts.certificate ?? 'one', 'two'],
          minVersion: '1.3',
          http2: true,
          clientCertificates: { ca: parts.ca ?? 'clients', mode: 'Optional' },
        },
      }),
    ],
    clientAddress: {
      trustedProxies: [parts.trusted ?? '10.0.0.0/8', 'fd00::/8'],
      proxyProtocol: false,
    },
    limits: { headerBytes: 32_768, bodyBytes: 1_000_000, idleMs: 1_500 },
  })

const files: StaticFiles = { type: 'static', root: '/srv/www', index: ['index.html'] }
const php: FastCgi = {
  type: 'fastcgi',
  address: 'unix:/run/php/php-fpm.sock',
  root: '/srv/app',
  index: 'index.php',
}

/** Views that say each thing once; their files were looked at. */
export const CASES: Readonly<Record<string, View>> = {
  answers: viewOf({
    routes: [
      routeOf('shop', { id: 'files.0.0.0', ...prefix('/files%20'), backends: [], answer: files }),
      routeOf('shop', {
        id: 'php.0.0.0',
        ...prefix('/app'),
        backends: [],
        answer: php,
        timeouts: { requestMs: 5_500 },
      }),
      routeOf('shop', {
        id: 'cgi.0.0.0',
        ...prefix('/bin'),
        backends: [],
        answer: { type: 'cgi', root: '/srv/cgi' },
        timeouts: { requestMs: 1_000 },
      }),
    ],
  }),
  plain: viewOf({
    services: [serviceOf('shop', [endpointOf('a', 3001), endpointOf('b', 3002, { weight: 3 })])],
  }),
  routing: viewOf({
    listeners: [
      listenerOf(80, { address: '*' }),
      listenerOf(8080, { name: 'inner', address: '::1' }),
    ],
    routes: [
      routeOf('api', {
        id: 'api.0.0.0',
        hostname: 'shop.test',
        ...prefix('/api'),
        method: 'POST',
        headers: [{ name: 'x-version', value: '2' }],
        timeouts: { requestMs: 5_000, backendRequestMs: 1_500 },
      }),
      routeOf('api', {
        id: 'split.0.0.0',
        listeners: ['http', 'inner'],
        hostname: '*.shop.test',
        backends: [
          { service: 'api', weight: 90 },
          { service: 'web', weight: 10 },
        ],
      }),
      routeOf('web', { id: 'web.0.0.0', path: { type: 'Exact', value: '/a%20"b"' } }),
      routeOf('web', { id: 'off.0.0.0', ...prefix('/off'), backends: [] }),
    ],
    services: [
      serviceOf('api', [endpointOf('a', 3001)], { algorithm: 'leastRequest' }),
      serviceOf('web', [endpointOf('w', 3002, { address: 'FD00:0::1' })]),
    ],
  }),
  edge: edge(),
  filters: viewOf({
    routes: [
      routeOf('shop', {
        id: 'matches.0.0.0',
        path: { type: 'RegularExpression', value: String.raw`/v[0-9]+/it"ems\.(a|b)` },
        headers: [{ name: 'x-v', value: '[0-9]{2}', type: 'RegularExpression' }],
        query: [
          { name: 'q', value: 'a b' },
          { name: 'tags[]', value: 'x|y', type: 'RegularExpression' },
        ],
        access: {
          allow: ['10.0.0.0/8', '2001:db8::/32'],
          deny: ['10.1.0.0/16', '10.2.0.0/16'],
          basicAuth: { realm: 'the shop, 100%', users: 'staff' },
        },
      }),
      routeOf('shop', {
        id: 'rewrite.0.0.0',
        ...prefix('/old/shop'),
        requestHeaders: {
          set: [{ name: 'X-From', value: 'edge 100% "x"' }],
          add: [{ name: 'X-More', value: '1' }],
          remove: ['X-Gone'],
        },
        responseHeaders: {
          set: [{ name: 'X-Out', value: '%{REMOTE_ADDR}e' }],
          add: [{ name: 'X-Too', value: 'x' }],
          remove: ['X-Internal'],
        },
        rewrite: {
          hostname: 'inner.test',
          path: { type: 'ReplacePrefixMatch', value: '/new%20shop' },
        },
        expires: { afterMs: 3_600_000 },
      }),
      routeOf('shop', {
        id: 'cached.0.0.0',
        ...prefix('/cached'),
        cache: { maxAgeMs: 60_000 },
        compress: { types: ['text/*', 'application/json'] },
        rewrite: { path: { type: 'ReplaceFullPath', value: '/one' } },
      }),
      routeOf('shop', {
        id: 'moved.0.0.0',
        ...prefix('/moved'),
        backends: [],
        answer: {
          type: 'redirect',
          scheme: 'https',
          path: { type: 'ReplacePrefixMatch', value: '/' },
          statusCode: 301,
        },
      }),
    ],
    services: [serviceOf('shop', [endpointOf('a', 3001)])],
    secrets: [
      {
        type: 'Users',
        name: 'staff',
        version: '1',
        users: [{ name: 'ann "a"', hash: '$5$salt$hash' }],
      },
    ],
  }),
  endpointTls: viewOf({
    services: [
      serviceOf('shop', [endpointOf('a', 3001), endpointOf('b', 443)], {
        tls: { verify: true, ca: 'internal', clientCertificate: 'shown' },
      }),
      serviceOf('any', [endpointOf('c', 3002)], { tls: { verify: false } }),
      serviceOf('public', [endpointOf('d', 3003)], { tls: { verify: true } }),
    ],
    secrets: [
      { type: 'CA', name: 'internal', version: '1', certificatesPem: 'authorities\n' },
      {
        type: 'TLS',
        name: 'shown',
        version: '1',
        chainPem: `certificate\n-----END CERTIFICATE-----\nits issuer\n`,
        keyPem: 'key\n',
      },
    ],
  }),
  sessions: viewOf({
    services: [
      serviceOf(
        'shop',
        [
          endpointOf('A', 3001, { weight: 200 }),
          endpointOf('a', 3002, { weight: 100 }),
          endpointOf('again', 3002, { state: 'down' }),
          endpointOf('drained', 3003, { state: 'draining' }),
          endpointOf('gone', 3004, { state: 'down' }),
          endpointOf('idle', 3005, { weight: 0 }),
          endpointOf('x'.repeat(100), 3006),
        ],
        { sessionPersistence: { type: 'Cookie', sessionName: 'S.ID' } },
      ),
    ],
  }),
}
