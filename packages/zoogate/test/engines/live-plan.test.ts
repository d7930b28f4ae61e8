import { expect, test } from 'vitest'
import { livePlan as plan } from '../../src/engines/live-plan.ts'
import type { Route } from '../../src/model/view/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from './support/views.ts'

const shop = serviceOf('shop', [endpointOf('a', 3001), endpointOf('b', 3002)])
const view = viewOf({ services: [shop] })

test('the first start', () => {
  expect(plan(undefined, view)).toEqual({ live: [], reload: ['first start'], services: ['shop'] })
})

test('nothing', () => {
  expect(plan(view, { ...view, revision: 9 })).toEqual({ live: [], reload: [], services: [] })
})

test('endpoints change live', () => {
  const endpoints = [
    endpointOf('b', 3009, { weight: 4, state: 'draining' }),
    endpointOf('c', 80, { address: '::1' }),
  ]
  expect(plan(view, viewOf({ services: [{ ...shop, endpoints }] }))).toEqual({
    live: [
      'shop: change b: move to 127.0.0.1:3009, weight 1 to 4, up to draining',
      'shop: add c at [::1]:80, up, weight 1',
      'shop: remove a',
    ],
    reload: [],
    services: ['shop'],
  })
})

test('all else needs a reload', () => {
  const to = viewOf({
    listeners: [listenerOf(81), listenerOf(82, { name: 'second' })],
    routes: [routeOf('shop', { id: 'x' }), routeOf('shop', { method: 'GET' })],
    services: [{ ...shop, algorithm: 'random' }, serviceOf('web', [])],
    concurrency: { workers: 3 },
  })
  expect(plan(view, to)).toEqual({
    live: [],
    reload: [
      'listener http changed: port',
      'listener second added',
      'HTTPRoute/x added',
      'HTTPRoute/shop rules[0].matches[0] changed: method',
      'service shop changed: algorithm',
      'service web added',
      'concurrency changed: workers',
    ],
    services: [],
  })
  expect(plan(to, view).reload).toContain('listener second removed')
})

test('the order of routes', () => {
  const routes = [routeOf('shop', { id: 'x' }), routeOf('shop', { id: 'y' })]
  const from = { ...view, routes }
  expect(plan(from, { ...from, routes: [...routes].reverse() }).reload).toEqual(['order of routes'])
})

const certificate = { type: 'TLS', name: 'shop', version: '1', chainPem: 'a', keyPem: 'b' } as const
const staff = { type: 'Users', name: 'staff', version: '1', users: [] } as const

test('other bytes of a secret change live where the engine can, and never by their text', () => {
  const from = { ...view, secrets: [certificate, staff] }
  const to = {
    ...view,
    secrets: [
      { ...certificate, version: '2', keyPem: 'c' },
      { ...staff, version: '2' },
    ],
  }
  expect(plan(from, to, ['TLS'])).toEqual({
    live: ['certificate shop'],
    reload: ['users staff'],
    services: [],
    secrets: ['shop'],
  })
  expect(plan(from, to)).toEqual({
    live: [],
    reload: ['certificate shop', 'users staff'],
    services: [],
  })
})

test('what else a view holds', () => {
  const backends = [{ service: 'shop', weight: 1 }]
  const from = {
    ...view,
    tcpRoutes: [{ id: 'zk.tcp', listeners: ['zk'], backends }],
    limits: { headerBytes: 1024, idleMs: 1000 },
  }
  const to = {
    ...view,
    tcpRoutes: [{ id: 'zk.tcp', listeners: ['zk', 'zks'], backends }],
    limits: { headerBytes: 1024, idleMs: 2000 },
    clientAddress: { trustedProxies: ['10.0.0.0/8'], proxyProtocol: false },
  }
  expect(plan(from, to).reload).toEqual([
    'TCPRoute/zk changed: listeners',
    'clientAddress changed: trustedProxies, proxyProtocol',
    'limits changed: idle',
  ])
  expect(plan(to, view).reload[0]).toBe('TCPRoute/zk removed')
})

test('a route is told by where it was written, and what of it differs', () => {
  const first = routeOf('shop', { id: 'shop.1.2.0', hostname: 'shop.example.com' })
  const next: Route = {
    ...first,
    backends: [],
    answer: { type: 'static', root: '/srv', index: [] },
    requestHeaders: { set: [], add: [], remove: ['x'] },
  }
  expect(plan({ ...view, routes: [first] }, { ...view, routes: [next] }).reload).toEqual([
    'HTTPRoute/shop rules[2].matches[0] on shop.example.com changed: backendRefs, what answers, request headers',
  ])
})
