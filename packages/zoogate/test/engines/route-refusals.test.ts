import { describe, expect, it } from 'vitest'
import { refusals as ofBuiltin } from '../../src/engines/builtin/refusals.ts'
import { refusals as ofHaproxy } from '../../src/engines/haproxy/refusals.ts'
import { refusals as ofHttpd } from '../../src/engines/httpd/refusals.ts'
import { refusals as ofNginx } from '../../src/engines/nginx/refusals.ts'
import type { Route, View } from '../../src/model/view/view.ts'
import { serviceOf } from './support/views.ts'

const ENGINES = { haproxy: ofHaproxy, nginx: ofNginx, httpd: ofHttpd, builtin: ofBuiltin }

function viewWith(change: Partial<Route>): View {
  const route: Route = {
    id: 'shop.0.0.0',
    listeners: ['http'],
    path: { type: 'PathPrefix', value: '/' },
    headers: [],
    backends: [],
    timeouts: {},
    ...change,
  }
  return {
    gateway: 'edge',
    revision: 1,
    listeners: [{ name: 'http', address: '*', port: 80, protocol: 'HTTP' }],
    routes: [route],
    services: new Map(),
    concurrency: { workers: 'auto', maxConnections: 1_000, keepAliveMs: 60_000 },
  }
}

describe.each(Object.entries(ENGINES))('%s', (_, refusals) => {
  it.each([
    'x_version',
    'x.y',
    'x-forwarded-for',
    'forwarded',
    'host',
    'connection',
    'te',
    'expect',
  ])('refuses to match on %s, by field', (name) => {
    const headers = [
      { name: 'x-good', value: '1' },
      { name, value: '2' },
    ]
    expect(refusals(viewWith({ headers }))).toEqual([
      {
        resource: 'HTTPRoute/shop',
        field: 'routes[0].headers[1].name',
        message: expect.stringMatching(/./),
      },
    ])
  })

  it('refuses a method that is answered with 405', () => {
    expect(refusals(viewWith({ method: 'TRACE' }))).toMatchObject([{ field: 'routes[0].method' }])
    expect(refusals(viewWith({ method: 'OPTIONS' }))).toEqual([])
  })

  it('refuses a Service that is not there, and a second route of one id', () => {
    const view = viewWith({ backends: [{ service: 'gone', weight: 1 }] })
    const [route] = view.routes as [Route]
    const twice = { ...view, routes: [route, { ...route, backends: [] }] }
    expect(
      refusals(twice)
        .map(({ field, message }) => `${field}: ${message}`)
        .sort(),
    ).toEqual([
      'routes[0].backends[0].service: no such Service',
      'routes[1].id: another route has this id',
    ])
  })

  it('looks again at services when the routes are the same objects', () => {
    const view = viewWith({ backends: [{ service: 'shop', weight: 1 }] })
    expect(refusals(view)).toMatchObject([{ field: 'routes[0].backends[0].service' }])
    const services = new Map([['shop', serviceOf('shop', [])]])
    expect(refusals({ ...view, services })).toEqual([])
  })
})
