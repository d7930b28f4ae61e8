import { describe, expect, test } from 'vitest'
import type { EnginePaths } from '../../../../src/engines/engine.ts'
import { luaIsAllowed, nginx, nginxWithLua } from '../../../../src/engines/nginx/index.ts'
import { endpointOf, routeOf, serviceOf, viewOf } from '../../support/views.ts'
import { parseNginx } from '../nginx-grammar.ts'

const engine = nginxWithLua()
const paths: EnginePaths = { folder: '/f', current: '/f/current', logs: '/l', run: '/r' }
const context = { paths, generation: '7' }

const shop = serviceOf('shop', [endpointOf('a', 1), endpointOf('b', 2)])

describe('render', () => {
  test('the upstream calls the balancer, and holds no endpoint', () => {
    const file = engine.render(viewOf({ services: [shop] }), context).get('upstreams/shop.conf')
    expect(parseNginx(file ?? '')).toEqual([
      {
        words: ['upstream', 'shop'],
        block: [
          { words: ['server', '0.0.0.1'] },
          {
            words: ['balancer_by_lua_block'],
            block: [{ words: ['zoogate.balance_shop()'] }],
          },
          { words: ['keepalive', '64'] },
          { words: ['keepalive_timeout', '4s'] },
        ],
      },
    ])
  })

  test('endpoints change one file of their service’s and no other', () => {
    const before = engine.render(viewOf({ services: [shop] }), context)
    const changed = viewOf({ services: [{ ...shop, endpoints: [endpointOf('c', 3)] }] })
    const after = engine.render(changed, context)
    const different = [...after].filter(([name, text]) => before.get(name) !== text)
    expect(different).toEqual([['balancer/endpoints/shop', 'c 127.0.0.1 3 1 up\n']])
    expect(engine.renderService?.(changed, 'shop', context)).toEqual(new Map(different))
    expect(engine.renderService?.(changed, 'other', context)).toEqual(new Map())
  })

  test('a generation holds the Lua that it runs', () => {
    const files = [...engine.render(viewOf({ services: [shop] }), context).keys()]
    expect(files).toContain('lua/zoogate.lua')
    expect(files).toContain('lua/zoogate/balancer.lua')
  })

  test('what the balancer is told of each service', () => {
    const services = [
      serviceOf('address', [], { algorithm: 'consistentHash' }),
      serviceOf('all', [], {
        algorithm: 'consistentHash',
        hashOn: { type: 'header', name: 'X-User-Id' },
        slowStartMs: 30_000,
        connections: { connectTimeoutMs: 1, max: 20 },
        outlierDetection: { consecutive5xx: 5, baseEjectionMs: 30_000, maxEjectionPercent: 50 },
        sessionPersistence: { type: 'Cookie', sessionName: 'S.ID' },
      }),
      serviceOf('jsp', [], {
        sessionPersistence: { type: 'Cookie', sessionName: 'JSESSIONID', mode: 'Application' },
      }),
      serviceOf('source', [], { sessionPersistence: { type: 'SourceIP' } }),
    ]
    const routes = services.map(({ name }) => routeOf(name))
    const files = engine.render(viewOf({ routes, services }), context)
    expect(files.get('balancer/settings')).toBe(
      [
        'generation 7',
        'service address consistentHash',
        'service all consistentHash',
        'hash header x_user_id',
        'session insert S.ID',
        'connections 20',
        'slow 30000',
        'outliers 5 30000 50',
        'service jsp roundRobin',
        'session application JSESSIONID',
        'service source roundRobin',
        'session source',
        '',
      ].join('\n'),
    )
  })
})

describe('plan', () => {
  test('endpoints are live', () => {
    const to = viewOf({ services: [{ ...shop, endpoints: [endpointOf('a', 1, { weight: 3 })] }] })
    expect(engine.plan(viewOf({ services: [shop] }), to)).toEqual({
      live: ['shop: change a: weight 1 to 3', 'shop: remove b'],
      reload: [],
      services: ['shop'],
    })
  })

  test('but for those that TCP goes to', () => {
    const tcpRoutes = [
      { id: 'tcp', listeners: ['tcp'], backends: [{ service: 'shop', weight: 1 }] },
    ]
    const from = { ...viewOf({ services: [shop] }), tcpRoutes }
    const to = {
      ...viewOf({ services: [{ ...shop, endpoints: shop.endpoints.slice(1) }] }),
      tcpRoutes,
    }
    expect(engine.plan(from, to)).toMatchObject({ live: [], reload: ['shop: remove a'] })
  })

  test('what else is said of a service is not', () => {
    const to = viewOf({ services: [{ ...shop, slowStartMs: 1_000 }] })
    expect(engine.plan(viewOf({ services: [shop] }), to).reload).toEqual([
      'service shop changed: slowStart',
    ])
  })
})

test('it carries all that nginx does without, and more', () => {
  expect([...nginx.features].filter((name) => !engine.features.has(name))).toEqual([])
  expect(engine.features.size).toBeGreaterThan(nginx.features.size)
})

test('connections.max with sessions is refused only without Lua', () => {
  const parts = {
    sessionPersistence: { type: 'Cookie', sessionName: 'SID' },
    connections: { connectTimeoutMs: 1_000, max: 1 },
  } as const
  const view = viewOf({ services: [{ ...shop, ...parts }] })
  expect(engine.refusals(view)).toEqual([])
  expect(nginx.refusals(view)).toMatchObject([{ field: 'services.shop.connections.max' }])
})

test('a host can do without', () => {
  expect(luaIsAllowed({})).toBe(true)
  expect(luaIsAllowed({ ZOOGATE_NGINX_LUA: 'off' })).toBe(false)
})
