import { expect, test } from 'vitest'
import { refusals } from '../../../src/engines/nginx/refusals.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'

type Parts = Parameters<typeof viewOf>[0]

const withRoute = (parts: Parameters<typeof routeOf>[1]): Parts => ({
  routes: [routeOf('shop', parts)],
})
const withService = (parts: Parameters<typeof serviceOf>[2]): Parts => ({
  services: [serviceOf('shop', [], parts)],
})
const withEndpoint = (id: string, parts: Parameters<typeof endpointOf>[2] = {}): Parts => ({
  services: [serviceOf('shop', [endpointOf(id, 80, parts)])],
})
const path = (value: string) => withRoute({ path: { type: 'PathPrefix', value } })
const header = (name: string, value: string) => withRoute({ headers: [{ name, value }] })

test.each<[string, Parts]>([
  ['all at its plainest', {}],
  ['an encoded path', path('/caf%C3%A9%20x')],
  ['every kind of address', { listeners: [listenerOf(80), listenerOf(80, { address: '::1' })] }],
  ['headers', header('x-version', '"2"; } server {')],
  ['an endpoint', withEndpoint('A.b_c-1', { address: 'fd00::1', weight: 256, state: 'draining' })],
])('%s is carried', (_, parts) => {
  expect(refusals(viewOf(parts))).toEqual([])
})

test.each<[field: string, Parts]>([
  ['listeners[0].address', { listeners: [listenerOf(80, { address: 'localhost' })] }],
  ['listeners[0].address', { listeners: [listenerOf(80, { address: 'fe80::1%eth0' })] }],
  ['listeners[0].port', { listeners: [listenerOf(99_999)] }],
  ['listeners[1].port', { listeners: [listenerOf(80), listenerOf(80, { name: 'b' })] }],
  ['routes[0].hostname', withRoute({ hostname: 'a.test;' })],
  ['routes[0].hostname', withRoute({ hostname: '~^(.*)$' })],
  ['routes[0].hostname', withRoute({ hostname: 'A.test' })],
  ['routes[0].path.value', path('relative')],
  ['routes[0].path.value', path('/%zz')],
  ['routes[0].path.value', path('/%ff')],
  ['routes[0].path.value', path('/a%00')],
  ['routes[0].path.value', path('/a/../b')],
  ['routes[0].path.value', path(`/${'a'.repeat(1_024)}`)],
  ['routes[0].method', withRoute({ method: 'GET\n' })],
  ['routes[0].headers[0].name', header('x_version', '2')],
  ['routes[0].headers[0].value', header('x-version', '')],
  ['routes[0].headers[0].value', header('x-version', 'a\nb')],
  ['routes[0].headers', header('x-version', '.'.repeat(2_000))],
  ['routes[0].backends[0].service', withRoute({ backends: [{ service: 'no', weight: 1 }] })],
  ['routes[0].backends[0].weight', withRoute({ backends: [{ service: 'shop', weight: -1 }] })],
  ['routes[0].timeouts.requestMs', withRoute({ timeouts: { requestMs: 0 } })],
  ['services.shop.algorithm', withService({ algorithm: 'peakEWMA' })],
  [
    'services.shop.sessionPersistence.sessionName',
    withService({ sessionPersistence: { type: 'Cookie', sessionName: 'a$b' } }),
  ],
  [
    'services.shop.connections.max',
    withService({
      sessionPersistence: { type: 'Cookie', sessionName: 'SID' },
      connections: { connectTimeoutMs: 1, max: 1 },
    }),
  ],
  [
    'services.shop.connections.connectTimeoutMs',
    withService({ connections: { connectTimeoutMs: 0 } }),
  ],
  ['services.shop.endpoints[0]', withEndpoint('a b')],
  ['services.shop.endpoints[0]', withEndpoint('a', { address: 'example.com' })],
  ['services.shop.endpoints[0]', withEndpoint('a', { port: 0 })],
  ['services.shop.endpoints[0]', withEndpoint('a', { weight: 257 })],
  [
    'services.shop.endpoints',
    { services: [serviceOf('shop', [endpointOf('a', 1), endpointOf('a', 2)])] },
  ],
  ['concurrency.workers', { concurrency: { workers: 0 } }],
  ['concurrency.keepAliveMs', { concurrency: { keepAliveMs: 0.5 } }],
])('%s is refused', (field, parts) => {
  expect(refusals(viewOf(parts)).map((refusal) => refusal.field)).toEqual([field])
})

test('names the resource', () => {
  const [refusal] = refusals(viewOf(path('/%zz')))
  expect(refusal).toMatchObject({ resource: 'HTTPRoute/shop' })
})
