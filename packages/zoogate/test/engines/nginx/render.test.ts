import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import type { Directive } from '../../../src/engines/nginx/directive.ts'
import { nginx } from '../../../src/engines/nginx/index.ts'
import { render } from '../../../src/engines/nginx/render.ts'
import type { View } from '../../../src/model/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'
import { parseNginx } from './nginx-grammar.ts'

const paths: EnginePaths = {
  folder: '/var/lib/zoogate/edge',
  current: '/var/lib/zoogate/edge/current',
  logs: '/var/log/zoogate/edge',
  run: '/run/zoogate/edge',
}
const context = { paths, generation: '7' }

const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })

const CASES: Readonly<Record<string, View>> = {
  plain: viewOf({
    services: [serviceOf('shop', [endpointOf('a', 3001), endpointOf('b', 3002, { weight: 3 })])],
  }),
  'no-endpoints': viewOf(),
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
      routeOf('web', {
        id: 'web.0.0.0',
        path: { type: 'Exact', value: '/a%20"b"' },
      }),
      routeOf('web', { id: 'off.0.0.0', ...prefix('/off'), backends: [] }),
    ],
    services: [
      serviceOf('api', [endpointOf('a', 3001)], {
        connections: { connectTimeoutMs: 500, max: 20 },
      }),
      serviceOf('web', [endpointOf('w', 3002, { address: 'FD00:0::1' })]),
    ],
  }),
  persistence: viewOf({
    services: [
      serviceOf(
        'shop',
        [
          endpointOf('A', 3001),
          endpointOf('a', 3002),
          endpointOf('default', 3003, { state: 'draining' }),
          endpointOf('gone', 3004, { state: 'down' }),
          endpointOf('idle', 3005, { weight: 0 }),
        ],
        { sessionPersistence: { type: 'Cookie', sessionName: 'S.ID' } },
      ),
    ],
  }),
  algorithms: viewOf({
    routes: (
      ['roundRobin', 'random', 'leastRequest', 'powerOfTwoChoices', 'consistentHash'] as const
    ).map((algorithm) => routeOf(algorithm.toLowerCase(), prefix(`/${algorithm}`))),
    services: (
      ['consistentHash', 'leastRequest', 'powerOfTwoChoices', 'random', 'roundRobin'] as const
    ).map((algorithm) =>
      serviceOf(
        algorithm.toLowerCase(),
        [endpointOf('a', 3001, { weight: 20 }), endpointOf('b', 3002, { weight: 10 })],
        { algorithm },
      ),
    ),
  }),
}

describe('render', () => {
  test.each(Object.entries(CASES))('%s, byte for byte', async (name, view) => {
    expect(nginx.refusals(view)).toEqual([])
    for (const [file, text] of render(view, context)) {
      await expect(text).toMatchFileSnapshot(`golden/${name}/${file}`)
    }
  })

  test('gives equal bytes for equal views', () => {
    for (const view of Object.values(CASES)) {
      const copy = structuredClone(view)
      expect([...render(copy, context)]).toEqual([...render(view, context)])
    }
  })

  test('says no more than the view where only revision or health check changed', () => {
    const view = CASES['plain'] ?? viewOf()
    expect([...render({ ...view, revision: 2 }, context)]).toEqual([...render(view, context)])
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
 * independent parser, has the very shape that a harmless text in its place has, and holds no word
 * that it does not hold too but for those that carry the text.
 */
describe('hostile text', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .array(fc.constantFrom(...'"\'\\;{}#$ \t\r\n~^*()/%=@:.-aA0'), { maxLength: 20 })
      .map((c) => c.join('')),
    fc.constantFrom(
      'a; } server { listen 81',
      '"; return 200 "x',
      '$host',
      `$\{request_uri}`,
      '\\',
      'include',
      'default',
      'volatile',
      'hostnames',
      'a\nb',
    ),
  )

  const fields: Readonly<Record<string, { view: (text: string) => View; harmless: string }>> = {
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
    'route id': {
      view: (id) => viewOf({ routes: [routeOf('shop', { id })] }),
      harmless: 'a',
    },
    method: {
      view: (method) => viewOf({ routes: [routeOf('shop', { method })] }),
      harmless: 'GET',
    },
    'header name': {
      view: (name) => viewOf({ routes: [routeOf('shop', { headers: [{ name, value: 'x' }] })] }),
      harmless: 'a',
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
      view: (sessionName) =>
        viewOf({ services: [{ ...sticky([endpointOf('a', 1)], sessionName) }] }),
      harmless: 'a',
    },
    'listener address': {
      view: (address) => viewOf({ listeners: [listenerOf(80, { address })] }),
      harmless: '10.0.0.1',
    },
    gateway: { view: (gateway) => ({ ...viewOf(), gateway }), harmless: 'a' },
    'path by regular expression': {
      view: (value) => withRoute({ path: { type: 'RegularExpression', value: `/${value}` } }),
      harmless: 'a',
    },
    'header by regular expression': {
      view: (value) => withRoute({ headers: [{ name: 'a', value, type: 'RegularExpression' }] }),
      harmless: 'x',
    },
    'query name': {
      view: (name) => withRoute({ query: [{ name, value: 'x' }] }),
      harmless: 'a',
    },
    'query value': {
      view: (value) => withRoute({ query: [{ name: 'a', value }] }),
      harmless: 'x',
    },
    'name of a header to set': {
      view: (name) =>
        withRoute({ requestHeaders: { set: [{ name, value: 'x' }], add: [], remove: [] } }),
      harmless: 'a',
    },
    root: {
      view: (root) =>
        withRoute({ backends: [], answer: { type: 'static', root, index: ['index.html'] } }),
      harmless: '/srv',
    },
    'FastCGI address': {
      view: (address) =>
        withRoute({
          backends: [],
          answer: { type: 'fastcgi', address, root: '/srv', index: 'index.php' },
        }),
      harmless: 'unix:/run/a',
    },
    'media type': { view: (type) => withRoute({ compress: { types: [type] } }), harmless: 'a/b' },
    network: {
      view: (network) => withRoute({ access: { allow: [network], deny: [] } }),
      harmless: '10.0.0.0/8',
    },
    'host to rewrite to': {
      view: (hostname) => withRoute({ rewrite: { hostname } }),
      harmless: 'a.test',
    },
  }

  // A text with a dollar has a variable of its own, so the shape differs: its words are looked at.
  const texts: Readonly<Record<string, (value: string) => View>> = {
    'value of a request header': (value) =>
      withRoute({ requestHeaders: { set: [{ name: 'a', value }], add: [], remove: [] } }),
    'value of a response header': (value) =>
      withRoute({ responseHeaders: { set: [], add: [{ name: 'a', value }], remove: [] } }),
    realm: (realm) =>
      withRoute({ access: { allow: [], deny: [], basicAuth: { realm, users: 'staff' } } }),
    'path to rewrite to': (value) =>
      withRoute({ rewrite: { path: { type: 'ReplaceFullPath', value: `/${value}` } } }),
  }

  test.each(Object.entries(texts))('in a %s', (_, view) => {
    const plain = topLevel(view('a'))
    fc.assert(
      fc.property(hostile, (text) => {
        const meant = view(text)
        if (nginx.refusals(meant).length > 0) return
        const added = topLevel(meant).filter((name) => name !== 'geo')
        expect(added).toEqual(plain)
      }),
      { numRuns: 150 },
    )
  })

  /** What nginx reads of a generation. */
  function configurations(view: View): readonly string[] {
    return [...render(view, context)].flatMap(([name, text]) =>
      name.endsWith('.conf') ? [text] : [],
    )
  }

  /** The names of the directives of `http`, and of those within them. */
  function topLevel(view: View): readonly string[] {
    const names = ({ words: [name = ''], block = [] }: Directive): readonly string[] =>
      name === 'geo' ? ['geo'] : [name, ...block.flatMap(names)]
    return parseNginx(render(view, context).get('nginx.conf') ?? '').flatMap(names)
  }

  function withRoute(parts: Parameters<typeof routeOf>[1]): View {
    return viewOf({ routes: [routeOf('shop', parts)] })
  }

  test.each(Object.entries(fields))('in a %s', (_, { view, harmless }) => {
    const expected = configurations(view(harmless)).map(shape)
    fc.assert(
      fc.property(hostile, (text) => {
        const meant = view(text)
        if (nginx.refusals(meant).length > 0) {
          expect(() => render(meant, context)).toThrowError()
          return
        }
        const shapes = configurations(meant).map(shape)
        // The root has one location where other paths have two; all addresses are one of two families.
        if (['/', '', '*'].includes(text)) return
        expect(shapes).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  function sticky(endpoints: Parameters<typeof serviceOf>[1], sessionName = 'SID') {
    return serviceOf('shop', endpoints, { sessionPersistence: { type: 'Cookie', sessionName } })
  }
})

/**
 * The tree, with the variables that each word has where nginx reads variables, but without any other
 * text. It reads none in a location's path, nor in what a map compares with.
 */
function shape(text: string): unknown {
  return parseNginx(text).map((directive) => shapeOf(directive, ''))

  function shapeOf({ words, block }: Directive, parent: string): unknown {
    const literal = parent === 'map' ? 1 : words[0] === 'location' ? words.length : 0
    const variables = words.slice(literal).flatMap((word) => word.match(/\$\{?[a-z0-9_]+/g) ?? [])
    return {
      words: words.length,
      variables: variables.length,
      block: block?.map((inner) => shapeOf(inner, words[0] ?? '')),
    }
  }
}
