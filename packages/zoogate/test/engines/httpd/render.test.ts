import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { httpd } from '../../../src/engines/httpd/index.ts'
import { render, renderService } from '../../../src/engines/httpd/render.ts'
import type { FastCgi, HeaderChanges, Route, StaticFiles, View } from '../../../src/model/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'
import { parseHttpd, type Read } from './httpd-grammar.ts'

const paths: EnginePaths = {
  folder: '/var/lib/zoogate/edge',
  current: '/var/lib/zoogate/edge/current',
  logs: '/var/log/zoogate/edge',
  run: '/run/zoogate/edge',
}
const context = { paths, generation: '7' }
const VARIABLES = { ZOOGATE_RUNTIME: '/run/zoogate/edge/httpd-', ZOOGATE_SECRET: 'secret' }

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

const CASES: Readonly<Record<string, View>> = {
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

/** Of 4,096 lines each: told by `buckets.test.ts`. */
const isLong = (file: string) => file.endsWith('.buckets.map')

describe('render', () => {
  test.each(Object.entries(CASES))('%s, byte for byte', async (name, view) => {
    expect(httpd.refusals(view)).toEqual([])
    for (const [file, text] of render(view, context)) {
      if (!isLong(file)) await expect(text).toMatchFileSnapshot(`golden/${name}/${file}`)
    }
  })

  test('gives equal bytes for equal views', () => {
    for (const view of Object.values(CASES)) {
      const copy = structuredClone(view)
      expect([...render(copy, context)]).toEqual([...render(view, context)])
    }
  })

  test('gives one service’s files as they are in the whole', () => {
    const view = CASES['routing']
    if (view === undefined) throw new Error('no such view')
    const whole = render(view, context)
    const own = [...renderService(view, 'api')]
    expect(own.map(([name]) => name)).toEqual(['services/api.conf', 'services/api.json'])
    for (const [name, text] of own) expect(whole.get(name)).toBe(text)
    expect(renderService(view, 'nobody').size).toBe(0)
  })

  test('refuses what it cannot carry, even when nobody asked before', () => {
    const view = viewOf({ services: [serviceOf('shop', [], { algorithm: 'peakEWMA' })] })
    expect(() => render(view, context)).toThrowError(
      expect.objectContaining({ code: 'ENGINE_INVALID' }),
    )
  })
})

/**
 * Hostile text goes into one field at a time. Either it is refused, or the configuration, read by an
 * independent parser, has the very shape that a harmless text in its place has.
 */
describe('hostile text', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .array(fc.constantFrom(...'"\'\\;{}<>#$% \t\r\n~^*()/=@:|.-aA0'), { maxLength: 20 })
      .map((c) => c.join('')),
    fc.constantFrom(
      'a\n</VirtualHost>\nListen 81',
      '" [P]\nListen 81\n#',
      '%{HTTP:Host}',
      `$\{ENV}`,
      `$\{lower:x}`,
      '\\',
      '%1$1',
      'expr=true',
      '</If>',
    ),
  )

  const fields: Readonly<Record<string, { view: (text: string) => View; harmless: string }>> = {
    'certificate name': { view: (certificate) => edge({ certificate }), harmless: 'one' },
    'CA name': { view: (ca) => edge({ ca }), harmless: 'one' },
    'trusted proxy': { view: (trusted) => edge({ trusted }), harmless: '10.1.0.0/16' },
    hostname: {
      view: (hostname) => viewOf({ routes: [routeOf('shop', { hostname })] }),
      harmless: 'a.test',
    },
    path: {
      view: (value) => viewOf({ routes: [routeOf('shop', { path: { type: 'Exact', value } })] }),
      harmless: '/a',
    },
    'path after its slash': {
      view: (value) => viewOf({ routes: [routeOf('shop', prefix(`/${value}`))] }),
      harmless: 'a',
    },
    'route id': { view: (id) => viewOf({ routes: [routeOf('shop', { id })] }), harmless: 'a' },
    method: {
      view: (method) => viewOf({ routes: [routeOf('shop', { method })] }),
      harmless: 'GET',
    },
    'header name': {
      view: (name) => viewOf({ routes: [routeOf('shop', { headers: [{ name, value: 'x' }] })] }),
      harmless: 'a',
    },
    'path by expression': {
      view: (value) =>
        viewOf({ routes: [routeOf('shop', { path: { type: 'RegularExpression', value } })] }),
      harmless: '/a',
    },
    'header by expression': {
      view: (value) => viewWith({ headers: [{ name: 'a', value, type: 'RegularExpression' }] }),
      harmless: 'x',
    },
    'query parameter': {
      view: (name) => viewWith({ query: [{ name, value: 'x' }] }),
      harmless: 'a',
    },
    'value of a query parameter': {
      view: (value) => viewWith({ query: [{ name: 'a', value }] }),
      harmless: 'x',
    },
    'header that is set': {
      view: (name) => viewWith(bothHeaders({ set: [{ name, value: 'x' }], add: [], remove: [] })),
      harmless: 'x-a',
    },
    'value of a header that is set': {
      view: (value) =>
        viewWith(bothHeaders({ set: [{ name: 'x-a', value }], add: [], remove: [] })),
      harmless: 'x',
    },
    'value of a header that is added': {
      view: (value) =>
        viewWith(bothHeaders({ set: [], add: [{ name: 'x-a', value }], remove: [] })),
      harmless: 'x',
    },
    'header that is removed': {
      view: (name) => viewWith(bothHeaders({ set: [], add: [], remove: [name] })),
      harmless: 'x-a',
    },
    'another host': {
      view: (hostname) => viewWith({ rewrite: { hostname } }),
      harmless: 'a.test',
    },
    'another path': {
      view: (value) => viewWith({ rewrite: { path: { type: 'ReplaceFullPath', value } } }),
      harmless: '/a',
    },
    'another prefix, after its slash': {
      view: (text) =>
        viewWith({
          ...prefix('/old'),
          rewrite: { path: { type: 'ReplacePrefixMatch', value: `/x${text}` } },
        }),
      harmless: 'a',
    },
    'host of a redirect': {
      view: (hostname) =>
        viewWith({ backends: [], answer: { type: 'redirect', hostname, statusCode: 302 } }),
      harmless: 'a.test',
    },
    'path of a redirect': {
      view: (value) =>
        viewWith({
          backends: [],
          answer: {
            type: 'redirect',
            path: { type: 'ReplaceFullPath', value },
            statusCode: 302,
          },
        }),
      harmless: '/a',
    },
    'folder of files': {
      view: (root) => viewWith({ ...prefix('/f'), backends: [], answer: { ...files, root } }),
      harmless: '/srv/www',
    },
    'index of a folder': {
      view: (name) =>
        viewWith({ ...prefix('/f'), backends: [], answer: { ...files, index: [name] } }),
      harmless: 'index.html',
    },
    'prefix of files': {
      view: (text) => viewWith({ ...prefix(`/${text}`), backends: [], answer: files }),
      harmless: 'a',
    },
    'folder of programs': {
      view: (root) => viewWith({ ...prefix('/f'), backends: [], answer: { type: 'cgi', root } }),
      harmless: '/srv/cgi',
    },
    'address of a FastCGI server': {
      view: (address) => viewWith({ ...prefix('/f'), backends: [], answer: { ...php, address } }),
      harmless: 'unix:/run/php.sock',
    },
    'folder of a FastCGI server': {
      view: (root) => viewWith({ ...prefix('/f'), backends: [], answer: { ...php, root } }),
      harmless: '/srv/app',
    },
    'index of a FastCGI server': {
      view: (index) => viewWith({ ...prefix('/f'), backends: [], answer: { ...php, index } }),
      harmless: 'index.php',
    },
    realm: {
      view: (realm) =>
        viewWith({ access: { allow: [], deny: [], basicAuth: { realm, users: 'staff' } } }),
      harmless: 'shop',
    },
    'users’ secret': {
      view: (users) =>
        viewWith({ access: { allow: [], deny: [], basicAuth: { realm: 'a', users } } }),
      harmless: 'staff',
    },
    'media type': {
      view: (type) => viewWith({ compress: { types: [type] } }),
      harmless: 'text/plain',
    },
    network: {
      view: (network) => viewWith({ access: { allow: [network], deny: [network] } }),
      harmless: '10.0.0.0/8',
    },
    'header value': {
      view: (value) => viewOf({ routes: [routeOf('shop', { headers: [{ name: 'a', value }] })] }),
      harmless: 'x',
    },
    service: {
      view: (name) =>
        viewOf({ routes: [routeOf(name)], services: [serviceOf(name, [endpointOf('a', 1)])] }),
      harmless: 'a',
    },
    'endpoint id': {
      view: (id) => viewOf({ services: [sticky([endpointOf(id, 1), endpointOf('other', 2)])] }),
      harmless: 'a',
    },
    'endpoint address': {
      view: (address) => viewOf({ services: [sticky([endpointOf('a', 1, { address })])] }),
      harmless: '10.0.0.1',
    },
    cookie: {
      view: (sessionName) => viewOf({ services: [sticky([endpointOf('a', 1)], sessionName)] }),
      harmless: 'a',
    },
    'hashed header': {
      view: (name) =>
        viewOf({
          services: [
            serviceOf('shop', [], {
              algorithm: 'consistentHash',
              hashOn: { type: 'header', name },
            }),
          ],
        }),
      harmless: 'a',
    },
    'hashed cookie': {
      view: (name) =>
        viewOf({
          services: [
            serviceOf('shop', [], {
              algorithm: 'consistentHash',
              hashOn: { type: 'cookie', name },
            }),
          ],
        }),
      harmless: 'a',
    },
    'listener address': {
      view: (address) => viewOf({ listeners: [listenerOf(80, { address })] }),
      harmless: '10.0.0.1',
    },
    'listener name': {
      view: (name) =>
        viewOf({
          listeners: [listenerOf(80, { name })],
          routes: [routeOf('shop', { listeners: [name] })],
        }),
      harmless: 'a',
    },
    gateway: { view: (gateway) => ({ ...viewOf(), gateway }), harmless: 'a' },
  }

  test.each(Object.entries(fields))('in a %s', (_, { view, harmless }) => {
    const expected = shapes(view(harmless))
    fc.assert(
      fc.property(hostile, (text) => {
        const meant = view(text)
        if (httpd.refusals(meant).length > 0) {
          expect(() => render(meant, context)).toThrowError()
          return
        }
        expect(shapes(meant)).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  function shapes(view: View) {
    return [...render(view, context)]
      .filter(([file]) => file.endsWith('.conf'))
      .map(([, text]) => parseHttpd(text, VARIABLES).map(shape))
  }

  function viewWith(parts: Partial<Route>) {
    return viewOf({ routes: [routeOf('shop', parts)] })
  }

  function bothHeaders(changes: HeaderChanges): Partial<Route> {
    return { requestHeaders: changes, responseHeaders: changes }
  }

  function sticky(endpoints: Parameters<typeof serviceOf>[1], sessionName = 'SID') {
    return serviceOf('shop', endpoints, { sessionPersistence: { type: 'Cookie', sessionName } })
  }
})

/** The tree, with what each word expands at a request or at a start, but without any other text. */
function shape({ name, words, inner }: Read): unknown {
  const expansions = words.map((word, index) => expansionsOf(name, word, index))
  return { name, expansions, inner: inner?.map(shape) }
}

function expansionsOf(name: string, word: string, index: number): number {
  const isPattern =
    (name === 'RewriteCond' && index === 1) || (name === 'RewriteRule' && index === 0)
  if (isPattern) return word.match(/\$\{/g)?.length ?? 0
  // A backslash takes the meaning of what is behind it in mod_rewrite's words, and in a realm.
  if (name.startsWith('Rewrite') || name === 'AuthName') {
    return word.replace(/\\./gs, '').match(/[%$]\{[^}]*|[%$][0-9]/g)?.length ?? 0
  }
  // A `%` takes that of another in mod_headers'.
  if (name.endsWith('Header')) return word.replaceAll('%%', '').match(/%\{/g)?.length ?? 0
  return word.match(/[%$]\{[^}]*|[%$][0-9]/g)?.length ?? 0
}
