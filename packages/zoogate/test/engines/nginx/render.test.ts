import { describe, expect, test } from 'vitest'
import { nginx } from '../../../src/engines/nginx/index.ts'
import { render } from '../../../src/engines/nginx/render.ts'
import type { View } from '../../../src/model/view/view.ts'
import { CONTEXT, endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'

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
  matches: viewOf({
    routes: [
      routeOf('shop', {
        id: 'expression.0.0.0',
        path: { type: 'RegularExpression', value: '/v[0-9]+/(users|orders)(/.*)?' },
        headers: [{ name: 'x-tier', value: 'gold|sil.er', type: 'RegularExpression' }],
      }),
      routeOf('shop', {
        id: 'query.0.0.0',
        ...prefix('/find'),
        query: [
          { name: 'q', value: 'a&b' },
          { name: 'page', value: '[1-9][0-9]*', type: 'RegularExpression' },
        ],
      }),
    ],
    services: [serviceOf('shop', [endpointOf('a', 3001)])],
  }),
  limits: viewOf({
    routes: [
      routeOf('shop', {
        id: 'limited.0.0.0',
        ...prefix('/limited'),
        rateLimit: { requests: 100, perMs: 1_000, key: { type: 'sourceIP' } },
        retry: { attempts: 2, codes: [502, 503], methods: ['GET', 'HEAD'] },
      }),
      routeOf('shop', {
        id: 'by-key.0.0.0',
        ...prefix('/by-key'),
        rateLimit: { requests: 1, perMs: 60_000, key: { type: 'header', name: 'X-Api-Key' } },
        retry: { attempts: 0, codes: [], methods: [] },
      }),
    ],
    services: [serviceOf('shop', [endpointOf('a', 3001), endpointOf('b', 3002)])],
    limits: { headerBytes: 8_192, bodyBytes: 1_048_576, idleMs: 30_000 },
  }),
  stream: viewOf({
    listeners: [
      listenerOf(5432, { name: 'plain', protocol: 'TCP' }),
      listenerOf(5433, { name: 'nobody', protocol: 'TCP' }),
    ],
    routes: [],
    tcpRoutes: [
      {
        id: 'tcp.0',
        listeners: ['plain'],
        backends: [
          { service: 'primary', weight: 3 },
          { service: 'replica', weight: 1 },
        ],
      },
    ],
    services: [
      serviceOf('primary', [endpointOf('a', 3001)], { algorithm: 'leastRequest' }),
      serviceOf('replica', [endpointOf('b', 3002, { state: 'draining' }), endpointOf('c', 3003)]),
    ],
  }),
}

describe('render', () => {
  test.each(Object.entries(CASES))('%s, byte for byte', async (name, view) => {
    expect(nginx.refusals(view)).toEqual([])
    for (const [file, text] of render(view, CONTEXT)) {
      await expect(text).toMatchFileSnapshot(`golden/${name}/${file}`)
    }
  })

  test('gives equal bytes for equal views', () => {
    for (const view of Object.values(CASES)) {
      const copy = structuredClone(view)
      expect([...render(copy, CONTEXT)]).toEqual([...render(view, CONTEXT)])
    }
  })

  test('says no more than the view where only revision or health check changed', () => {
    const view = CASES['plain'] ?? viewOf()
    expect([...render({ ...view, revision: 2 }, CONTEXT)]).toEqual([...render(view, CONTEXT)])
  })

  test('refuses what it cannot carry, even when nobody asked before', () => {
    const view = viewOf({ services: [serviceOf('shop', [], { algorithm: 'peakEWMA' })] })
    expect(() => render(view, CONTEXT)).toThrowError(
      expect.objectContaining({ code: 'ENGINE_INVALID' }),
    )
  })
})
