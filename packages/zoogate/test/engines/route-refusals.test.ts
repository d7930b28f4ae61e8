import { describe, expect, it } from 'vitest'
import { refusals as ofBuiltin } from '../../src/engines/builtin/refusals.ts'
import { refusals as ofHaproxy } from '../../src/engines/haproxy/refusals.ts'
import { refusals as ofNginx } from '../../src/engines/nginx/refusals.ts'
import type { Route, View } from '../../src/model/view.ts'

const ENGINES = { haproxy: ofHaproxy, nginx: ofNginx, builtin: ofBuiltin }

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
})
