import { expect, test } from 'vitest'
import { applyEndpoints, plan } from '../../../../src/engines/nginx/control/live.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../../support/views.ts'

const shop = serviceOf('shop', [endpointOf('a', 1), endpointOf('b', 2), endpointOf('c', 3)])
const view = viewOf({ services: [shop] })

test('a first start', () => {
  expect(plan(undefined, view)).toEqual({ live: [], reload: ['first start'], services: ['shop'] })
})

test('nothing changed, or nothing that nginx is told of', () => {
  const healthCheck = {
    probe: { type: 'tcp' as const },
    intervalMs: 1,
    timeoutMs: 1,
    rise: 1,
    fall: 1,
  }
  const next = { ...viewOf({ services: [{ ...shop, healthCheck }] }), revision: 2 }
  expect(plan(view, next)).toEqual({ live: [], reload: [], services: [] })
})

test('endpoints', () => {
  const endpoints = [
    endpointOf('a', 1, { state: 'draining', weight: 7 }),
    endpointOf('c', 4),
    endpointOf('d', 5),
  ]
  expect(plan(view, viewOf({ services: [{ ...shop, endpoints }] }))).toEqual({
    live: [],
    reload: [
      'shop: change a: weight 1 to 7, up to draining',
      'shop: change c: move to 127.0.0.1:4',
      'shop: add d at 127.0.0.1:5, up, weight 1',
      'shop: remove b',
    ],
    services: ['shop'],
  })
})

test('structure', () => {
  const next = viewOf({
    listeners: [listenerOf(8081), listenerOf(8082, { name: 'second' })],
    routes: [routeOf('shop', { id: 'new.0.0.0' })],
    services: [{ ...shop, algorithm: 'leastRequest' }, serviceOf('other', [])],
    concurrency: { workers: 4 },
  })
  expect(plan(view, next).reload).toEqual([
    'listener http changed: port',
    'listener second added',
    'HTTPRoute/new rules[0].matches[0] added',
    'HTTPRoute/shop rules[0].matches[0] removed',
    'service shop changed: algorithm',
    'service other added',
    'concurrency changed: workers',
  ])
})

test('the order of routes', () => {
  const routes = [routeOf('shop', { id: '1' }), routeOf('shop', { id: '2' })]
  const from = viewOf({ routes, services: [shop] })
  const to = viewOf({ routes: [...routes].reverse(), services: [shop] })
  expect(plan(from, to).reload).toEqual(['order of routes'])
})

test('nothing is live', async () => {
  await expect(applyEndpoints([shop])).rejects.toMatchObject({ code: 'ENGINE_LIVE_FAILED' })
})
