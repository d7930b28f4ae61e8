import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpd } from '../../../src/engines/httpd/index.ts'
import { render } from '../../../src/engines/httpd/render.ts'
import type { HeaderChanges, Route, View } from '../../../src/model/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'
import { context, edge, files, php, prefix } from './cases.ts'
import { parseHttpd, type Read } from './httpd-grammar.ts'

const VARIABLES = { ZOOGATE_RUNTIME: '/run/zoogate/edge/httpd-', ZOOGATE_SECRET: 'secret' }

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
