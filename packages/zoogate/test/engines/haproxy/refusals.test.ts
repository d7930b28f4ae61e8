import { describe, expect, test } from 'vitest'
import { refusals } from '../../../src/engines/haproxy/refusals.ts'
import type { Endpoint, HealthCheck, Listener, Route, View } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'

const fields = (view: View) => refusals(view).map(({ resource, field }) => `${resource} ${field}`)

const route = (change: Partial<Route>) => viewOf({ routes: [routeOf('shop', change)] })
const listener = (change: Partial<Listener>) => viewOf({ listeners: [listenerOf(80, change)] })
const endpoint = (change: Partial<Endpoint>) =>
  viewOf({ services: [serviceOf('shop', [endpointOf('a', 80, change)])] })
const check = (change: Partial<HealthCheck>) =>
  viewOf({
    services: [
      serviceOf('shop', [], {
        healthCheck: {
          probe: { type: 'http', path: '/', statusFrom: 200, statusTo: 299 },
          intervalMs: 1_000,
          timeoutMs: 1_000,
          rise: 1,
          fall: 1,
          ...change,
        },
      }),
    ],
  })

test('a plain view is carried', () => {
  expect(refusals(viewOf())).toEqual([])
  expect(refusals(check({}))).toEqual([])
  expect(refusals(endpoint({ address: '2001:db8::1', weight: 256 }))).toEqual([])
})

test('peakEWMA is refused with what to use instead', () => {
  expect(
    refusals(viewOf({ services: [serviceOf('shop', [], { algorithm: 'peakEWMA' })] })),
  ).toEqual([
    {
      resource: 'Service/shop',
      field: expect.stringContaining('algorithm'),
      message: 'HAProxy does not measure latency: use leastRequest',
    },
  ])
})

describe.each<[string, readonly View[]]>([
  [
    'routes[0].hostname',
    ['a b', 'A.test', '*.', 'a..b', 'x\n'].map((hostname) => route({ hostname })),
  ],
  [
    'routes[0].path.value',
    ['x', '/a\n', '/%00', '/%ff', '/a/../b', '/%2e', '/\ud800'].map((value) =>
      route({ path: { type: 'Exact', value } }),
    ),
  ],
  ['routes[0].method', ['get', 'A B', ''].map((method) => route({ method }))],
  [
    'routes[0].headers[0].name',
    ['X-A', 'a b', 'a:', 'a"', ''].map((name) => route({ headers: [{ name, value: '1' }] })),
  ],
  [
    'routes[0].headers[0].value',
    [' a', 'a\r\nb', '\0'].map((value) => route({ headers: [{ name: 'x', value }] })),
  ],
  [
    'routes[0].headers',
    [route({ headers: Array.from({ length: 60 }, (_, n) => ({ name: `x-${n}`, value: '1' })) })],
  ],
  ['routes[0].id', ['', 'a b', 'a"'].map((id) => route({ id }))],
  ['routes[0].backends[0].service', [route({ backends: [{ service: 'other', weight: 1 }] })]],
  ['routes[0].backends[0].weight', [route({ backends: [{ service: 'shop', weight: 0.5 }] })]],
  [
    'routes[0].timeouts.requestMs',
    [0, 0.5, 1e9].map((requestMs) => route({ timeouts: { requestMs } })),
  ],
  ['listeners[0].name', [listener({ name: 'a b' })]],
  ['listeners[0].address', ['', 'host', 'fe80::1%eth0'].map((address) => listener({ address }))],
  ['listeners[0].port', [0, 65_536, 1.5].map((port) => listener({ port }))],
  ['concurrency.workers', [viewOf({ concurrency: { workers: 65 } })]],
])('%s', (field, views) => {
  test.each(views.map((view, index) => [index, view] as const))('case %i', (_, view) => {
    expect(refusals(view).map((each) => each.field)).toEqual([field])
  })
})

test('services and endpoints', () => {
  const bad = [
    ...[{ id: 'a b' }, { address: 'x' }, { port: 0 }, { weight: 257 }].map(endpoint),
    ...[{ rise: 0 }, { intervalMs: 0 }].map(check),
    check({ probe: { type: 'http', path: '/a b', statusFrom: 200, statusTo: 299 } }),
    check({ probe: { type: 'http', path: '/', statusFrom: 300, statusTo: 299 } }),
    viewOf({ services: [serviceOf('shop', [endpointOf('a', 1), endpointOf('a', 2)])] }),
    viewOf({
      services: [
        serviceOf('shop', [], { sessionPersistence: { type: 'Cookie', sessionName: 'a;b' } }),
      ],
    }),
  ]
  for (const view of bad) expect(fields(view)).toHaveLength(1)
})

test('two listeners on one address', () => {
  const view = viewOf({ listeners: [listenerOf(80), listenerOf(80, { name: 'second' })] })
  expect(fields(view)).toEqual(['Gateway/edge listeners[1].port'])
})
