import { describe, expect, it } from 'vitest'
import { refusals } from '../../../src/engines/builtin/refusals.ts'
import { render, renderService } from '../../../src/engines/builtin/render.ts'
import type { Endpoint, ServicePool, View } from '../../../src/model/view/view.ts'

const endpoint: Endpoint = {
  id: 'a-1',
  address: '10.0.0.1',
  port: 3000,
  weight: 100,
  state: 'up',
}

const pool: ServicePool = {
  name: 'shop',
  algorithm: 'leastRequest',
  connections: { connectTimeoutMs: 1_000 },
  endpoints: [endpoint],
}

const view: View = {
  gateway: 'edge',
  revision: 3,
  listeners: [{ name: 'http', address: '*', port: 8080, protocol: 'HTTP' }],
  routes: [
    {
      id: 'shop.0.0',
      listeners: ['http'],
      path: { type: 'PathPrefix', value: '/' },
      headers: [],
      backends: [{ service: 'shop', weight: 1 }],
      timeouts: { requestMs: 10_000 },
    },
  ],
  services: new Map([['shop', pool]]),
  concurrency: { workers: 'auto', maxConnections: 20_000, keepAliveMs: 60_000 },
}

const paths = { folder: '/n', current: '/n/current', logs: '/n/logs', run: '/n/run' }

describe('render', () => {
  it('writes the structure, the listeners and each service apart', () => {
    const files = render(view, { paths, generation: '12' })
    expect(Object.fromEntries([...files].map(([name, text]) => [name, JSON.parse(text)]))).toEqual({
      'proxy.json': {
        v: 1,
        generation: '12',
        gateway: 'edge',
        revision: 3,
        maxConnections: 20_000,
        keepAliveMs: 60_000,
        listeners: [{ name: 'http', address: '*', port: 8080 }],
        routes: [
          {
            id: 'shop.0.0',
            listeners: ['http'],
            path: { type: 'PathPrefix', value: '/' },
            headers: [],
            backends: [{ pool: 'shop', weight: 1 }],
            requestTimeoutMs: 10_000,
          },
        ],
        pools: [{ name: 'shop', algorithm: 'leastRequest', connectTimeoutMs: 1_000 }],
      },
      'listeners.json': { v: 1, listeners: [{ name: 'http', address: '*', port: 8080 }] },
      'endpoints/shop.json': { v: 1, service: 'shop', endpoints: [endpoint] },
    })
  })

  it('gives equal bytes for equal views, whatever the order of their keys', () => {
    const { id, ...rest } = endpoint
    const turned: View = {
      ...view,
      services: new Map([['shop', { ...pool, endpoints: [{ ...rest, id }] }]]),
    }
    const context = { paths, generation: '1' }
    expect([...render(turned, context)]).toEqual([...render(view, context)])
  })

  it('writes the same endpoint file alone as in a generation', () => {
    const [name, text] = renderService(pool)
    expect(render(view, { paths, generation: '1' }).get(name)).toBe(text)
  })
})

describe('refusals', () => {
  it('refuses more workers than one, by field', () => {
    const withWorkers = (workers: number | 'auto') =>
      refusals({ ...view, concurrency: { ...view.concurrency, workers } })
    expect([withWorkers('auto'), withWorkers(1)]).toEqual([[], []])
    expect(withWorkers(4)).toEqual([
      {
        resource: 'Gateway/edge',
        field: 'concurrency.workers',
        message: 'the builtin engine has one worker: write 1 or auto',
      },
    ])
  })
})
