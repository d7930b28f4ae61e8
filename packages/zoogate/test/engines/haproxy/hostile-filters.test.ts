import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refusals } from '../../../src/engines/haproxy/refusals.ts'
import { render } from '../../../src/engines/haproxy/render.ts'
import type { View } from '../../../src/model/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'
import { parseHaproxy } from './haproxy-grammar.ts'

const paths = { folder: '/f', current: '/f/current', logs: '/f/logs', run: '/f/run' }
const host = { user: 'haproxy', ipv6: true }

/** Every text that the model lets people write in filters, answers, secrets and settings. */
const INNOCENT = {
  expression: '/x',
  queryName: 'q',
  queryValue: '1',
  headerName: 'x-a',
  headerValue: '1',
  hostname: 'a.test',
  path: '/x',
  network: '10.0.0.0/8',
  realm: 'x',
  user: 'ann',
  hash: '$5$salt$hash',
  secret: 'shop',
  key: 'x-key',
  type: 'text/plain',
  method: 'GET',
  socket: 'unix:/run/x.sock',
  root: '/srv/app',
  index: 'index.php',
  serverName: 'a.internal',
  cookie: 'u',
}
type Texts = typeof INNOCENT

const NASTY = [
  ...[' ', '\n', '\r', '\t', '\0', '"', "'", '\\', '$', '#', '{', '}', '%[src]', '%', ';'],
  ...['-f', '&', '|', ')', '(', ',', '\\1', 'é', '\ud800', '\u2028', ']', '[', '.', '/', '*', ':'],
]
const nasty = fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 3 })), {
  minLength: 1,
  maxLength: 4,
})
const texts: fc.Arbitrary<Texts> = fc
  .tuple(
    fc.subarray(Object.keys(INNOCENT) as (keyof Texts)[], { minLength: 1, maxLength: 3 }),
    nasty,
  )
  .map(([fields, parts]) => ({
    ...INNOCENT,
    ...Object.fromEntries(fields.map((field) => [field, INNOCENT[field] + parts.join('')])),
  }))

function viewWith(text: Texts): View {
  const headers = {
    set: [{ name: text.headerName, value: text.headerValue }],
    add: [{ name: text.headerName, value: text.headerValue }],
    remove: [text.headerName],
  }
  return viewOf({
    listeners: [
      listenerOf(80),
      listenerOf(443, {
        name: 'https',
        protocol: 'HTTPS',
        tls: { certificates: [text.secret], minVersion: '1.2', http2: true },
      }),
    ],
    routes: [
      routeOf('shop', {
        id: 'guarded',
        path: { type: 'RegularExpression', value: text.expression },
        query: [{ name: text.queryName, value: text.queryValue }],
        requestHeaders: headers,
        responseHeaders: headers,
        rewrite: { hostname: text.hostname, path: { type: 'ReplaceFullPath', value: text.path } },
        access: {
          allow: [text.network],
          deny: [text.network],
          basicAuth: { realm: text.realm, users: text.secret },
        },
        rateLimit: { requests: 1, perMs: 1_000, key: { type: 'header', name: text.key } },
        compress: { types: [text.type] },
        retry: { attempts: 1, codes: [503], methods: [text.method] },
      }),
      routeOf('shop', {
        id: 'moved',
        path: { type: 'PathPrefix', value: '/old' },
        backends: [],
        answer: {
          type: 'redirect',
          hostname: text.hostname,
          path: { type: 'ReplacePrefixMatch', value: text.path },
          statusCode: 302,
        },
      }),
      routeOf('shop', {
        id: 'php',
        backends: [],
        answer: { type: 'fastcgi', address: text.socket, root: text.root, index: text.index },
      }),
    ],
    services: [
      serviceOf('shop', [endpointOf('a', 80)], {
        algorithm: 'consistentHash',
        hashOn: { type: 'cookie', name: text.cookie },
        tls: { verify: true, serverName: text.serverName, ca: text.secret },
      }),
    ],
    clientAddress: { trustedProxies: [text.network], proxyProtocol: false },
    secrets: [
      { type: 'TLS', name: text.secret, version: '1', chainPem: 'x', keyPem: 'y' },
      {
        type: 'Users',
        name: text.secret,
        version: '1',
        users: [{ name: text.user, hash: text.hash }],
      },
    ],
  })
}

function parse(view: View): string[][] {
  return [...render(view, { paths, generation: '7' }, host)]
    .filter(([name]) => name.endsWith('.cfg'))
    .flatMap(([, file]) => parseHaproxy(file))
}

test('what is innocent is carried', () => {
  expect(refusals(viewWith(INNOCENT))).toEqual([])
})

test('hostile text in any of them is refused, or is one word in its place', () => {
  // A query's name is looked for in one spelling or in two.
  const shape = (lines: string[][]) =>
    lines
      .filter((words) => !words.some((word) => word.startsWith('url_param(')))
      .map((words) => [words[0], words.length])
  const innocent = shape(parse(viewWith(INNOCENT)))
  let carried = 0
  fc.assert(
    fc.property(texts, (text) => {
      const view = viewWith(text)
      if (refusals(view).length > 0) return
      carried++
      const lines = parse(view)
      expect(shape(lines)).toEqual(innocent)
      const words = new Set(lines.flat())
      expect(words).toContain(String.raw`^(?:${text.expression})\z`)
      expect(words).toContain(text.headerValue.replaceAll('%', '%%'))
      expect(words).toContain(text.user)
      expect(words).toContain(text.root)
    }),
    { numRuns: 300 },
  )
  expect(carried).toBeGreaterThan(20)
})
