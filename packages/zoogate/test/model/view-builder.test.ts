import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../src/model/view.ts'
import { buildStructure, buildView } from '../../src/model/view-builder.ts'
import {
  everythingYaml,
  gatewayYaml,
  resources,
  routeYaml,
  serviceYaml,
} from './sample-resources.ts'

const endpoint = (id: string): Endpoint => ({
  id,
  address: '10.0.0.1',
  port: 80,
  weight: 1,
  state: 'up',
})

describe('buildView', () => {
  it('fills in what is written', () => {
    const view = buildStructure('edge', 7, resources(everythingYaml))
    expect(view).toEqual({
      gateway: 'edge',
      revision: 7,
      listeners: [{ name: 'http', address: '::1', port: 8080, protocol: 'HTTP' }],
      concurrency: { workers: 2, maxConnections: 100, keepAliveMs: 90_000 },
      routes: [
        expectedRoute('shop.0.0.0', 'shop.example.com', 'exact'),
        expectedRoute('shop.0.0.1', 'shop.example.com', 'prefix'),
        expectedRoute('shop.1.0.0', '*.example.org', 'exact'),
        expectedRoute('shop.1.0.1', '*.example.org', 'prefix'),
      ],
      services: new Map([
        [
          'legacy',
          {
            name: 'legacy',
            algorithm: 'roundRobin',
            healthCheck: {
              probe: { type: 'tcp' },
              intervalMs: 2000,
              timeoutMs: 1000,
              rise: 2,
              fall: 3,
            },
            connections: { connectTimeoutMs: 1000 },
            endpoints: [
              { id: 'a', address: '10.0.0.1', port: 80, weight: 3, state: 'up' },
              { id: 'v6-fd00__7-81', address: 'fd00::7', port: 81, weight: 1, state: 'up' },
            ],
          },
        ],
        [
          'shop',
          {
            name: 'shop',
            algorithm: 'consistentHash',
            sessionPersistence: { type: 'Cookie', sessionName: 'SID' },
            healthCheck: {
              probe: { type: 'http', path: '/healthz', statusFrom: 200, statusTo: 200 },
              intervalMs: 500,
              timeoutMs: 100,
              rise: 1,
              fall: 2,
            },
            connections: { max: 10, connectTimeoutMs: 250 },
            endpoints: [],
          },
        ],
      ]),
    })
  })

  it('fills in what is not written', () => {
    const view = buildStructure(
      'edge',
      1,
      resources(
        gatewayYaml('edge') +
          serviceYaml('a') +
          routeYaml(
            'r',
            '{ parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: a }] }] }',
          ),
      ),
    )
    expect(view?.listeners[0]).toEqual({ name: 'http', address: '*', port: 8080, protocol: 'HTTP' })
    expect(view?.concurrency).toEqual({
      workers: 'auto',
      maxConnections: 20_000,
      keepAliveMs: 60_000,
    })
    expect(view?.routes).toEqual([
      {
        id: 'r.0.0.0',
        listeners: ['http', 'admin'],
        path: { type: 'PathPrefix', value: '/' },
        headers: [],
        backends: [{ service: 'a', weight: 1 }],
        timeouts: {},
      },
    ])
  })

  it('takes the listeners that a route names, once each, and only routes of its own', () => {
    const rule = 'rules: [{ backendRefs: [{ name: a }] }]'
    const state = resources(
      gatewayYaml('edge') +
        gatewayYaml('other') +
        serviceYaml('a') +
        routeYaml('one', `{ parentRefs: [{ name: edge, sectionName: admin }], ${rule} }`) +
        routeYaml(
          'two',
          `{ parentRefs: [{ name: edge, sectionName: admin }, { name: edge }], ${rule} }`,
        ) +
        routeYaml('three', `{ parentRefs: [{ name: other }], ${rule} }`),
    )
    const view = buildStructure('edge', 1, state)
    expect(view?.routes.map(({ id, listeners }) => [id, listeners])).toEqual([
      ['one.0.0.0', ['admin']],
      ['two.0.0.0', ['http', 'admin']],
    ])
  })

  it('has the endpoints of every service that a route names, sorted, absent services too', () => {
    const state = resources(
      gatewayYaml('edge') +
        serviceYaml('unused') +
        routeYaml(
          'r',
          '{ parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: gone }, { name: b }] }] }',
        ),
    )
    const pools: Record<string, Endpoint[]> = { b: [endpoint('z'), endpoint('a')] }
    const view = buildView('edge', 1, state, (service) => pools[service] ?? [])
    expect([...(view?.services.keys() ?? [])]).toEqual(['b', 'gone'])
    expect(view?.services.get('b')?.endpoints.map(({ id }) => id)).toEqual(['a', 'z'])
    expect(view?.services.get('gone')?.endpoints).toEqual([])
  })

  it('is none where there is no such Gateway', () => {
    expect(buildStructure('nowhere', 1, resources(everythingYaml))).toBeUndefined()
  })

  it('does not depend on the order in which resources were written', () => {
    const state = resources(everythingYaml)
    const backwards = new Map([...state].reverse())
    expect(buildStructure('edge', 1, backwards)).toEqual(buildStructure('edge', 1, state))
  })
})

function expectedRoute(id: string, hostname: string, match: 'exact' | 'prefix') {
  const common = {
    id,
    hostname,
    listeners: ['http'],
    backends: [
      { service: 'shop', weight: 9 },
      { service: 'legacy', weight: 1 },
    ],
    timeouts: { requestMs: 10_000, backendRequestMs: 3000 },
  }
  return match === 'exact'
    ? {
        ...common,
        path: { type: 'Exact', value: '/api' },
        method: 'GET',
        headers: [{ name: 'x-version', value: '2' }],
      }
    : { ...common, path: { type: 'PathPrefix', value: '/v2' }, headers: [] }
}
