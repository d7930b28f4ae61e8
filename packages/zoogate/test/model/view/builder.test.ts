import { describe, expect, it } from 'vitest'
import { buildStructure, buildView } from '../../../src/model/view/builder.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'
import {
  everythingYaml,
  gatewayYaml,
  resources,
  routeYaml,
  serviceYaml,
} from '../sample-resources.ts'

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
    const { routes, services, ...gateway } = view ?? { routes: [], services: new Map() }
    const clientCertificates = { ca: 'clients', mode: 'Optional' }
    expect(gateway).toEqual({
      gateway: 'edge',
      revision: 7,
      listeners: [
        { name: 'http', address: '::1', port: 8080, protocol: 'HTTP' },
        {
          name: 'https',
          address: '*',
          port: 8443,
          protocol: 'HTTPS',
          tls: {
            certificates: ['shop', 'other'],
            minVersion: '1.3',
            http2: false,
            clientCertificates,
          },
        },
        { name: 'zk', address: '*', port: 2180, protocol: 'TCP' },
        {
          name: 'zks',
          address: '*',
          port: 2181,
          protocol: 'TLS',
          tls: { certificates: ['shop'], minVersion: '1.2', http2: false },
        },
      ],
      tcpRoutes: [
        {
          id: 'zookeeper.tcp',
          listeners: ['zk'],
          backends: [{ service: 'ensemble', weight: 2 }],
        },
      ],
      clientAddress: { trustedProxies: ['10.0.0.0/8', '192.0.2.7/32'], proxyProtocol: true },
      limits: { headerBytes: 16_384, bodyBytes: 10_485_760, idleMs: 30_000 },
      concurrency: { workers: 2, maxConnections: 100, keepAliveMs: 90_000 },
      secrets: [
        { type: 'CA', name: 'clients', version: '', certificatesPem: '' },
        { type: 'TLS', name: 'other', version: '', chainPem: '', keyPem: '' },
        { type: 'Users', name: 'people', version: '', users: [] },
        { type: 'TLS', name: 'shop', version: '', chainPem: '', keyPem: '' },
      ],
    })
    expect(routes.map(({ id, listeners }) => [id, listeners])).toEqual([
      ['shop.0.0.0', ['http']],
      ['shop.0.0.1', ['http']],
      ['shop.1.0.0', ['http']],
      ['shop.1.0.1', ['http']],
      ['site.0.3.0', ['http', 'https']],
      ['site.0.1.0', ['http', 'https']],
      ['site.0.2.0', ['http', 'https']],
      ['site.0.4.0', ['http', 'https']],
      ['site.0.5.0', ['http', 'https']],
      ['site.0.0.0', ['http', 'https']],
    ])
    const check = { intervalMs: 2000, timeoutMs: 1000, rise: 2, fall: 3 }
    expect(services).toEqual(
      new Map([
        [
          'ensemble',
          {
            name: 'ensemble',
            algorithm: 'roundRobin',
            sessionPersistence: { type: 'SourceIP' },
            healthCheck: { probe: { type: 'zookeeper' }, ...check },
            connections: { connectTimeoutMs: 1000 },
            endpoints: [
              { id: '10.0.0.2-2181', address: '10.0.0.2', port: 2181, weight: 1, state: 'up' },
            ],
          },
        ],
        [
          'legacy',
          {
            name: 'legacy',
            algorithm: 'consistentHash',
            hashOn: { type: 'cookie', name: 'SID' },
            healthCheck: { probe: { type: 'tcp' }, ...check },
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
            hashOn: { type: 'header', name: 'x-user' },
            sessionPersistence: { type: 'Cookie', sessionName: 'SID', mode: 'Application' },
            healthCheck: {
              probe: { type: 'http', path: '/healthz', statusFrom: 200, statusTo: 200 },
              intervalMs: 500,
              timeoutMs: 100,
              rise: 1,
              fall: 2,
            },
            outlierDetection: {
              consecutive5xx: 3,
              baseEjectionMs: 10_000,
              maxEjectionPercent: 20,
            },
            slowStartMs: 30_000,
            connections: { max: 10, queue: 5, connectTimeoutMs: 250 },
            tls: {
              verify: true,
              serverName: 'shop.internal',
              ca: 'clients',
              clientCertificate: 'other',
            },
            endpoints: [],
          },
        ],
      ]),
    )
  })

  it('has the bytes of Secrets where they are asked for', () => {
    const asked: string[] = []
    const view = buildView(
      'edge',
      1,
      resources(everythingYaml),
      () => [],
      (name, type) => {
        asked.push(`${type} ${name}`)
        return type === 'Users' ? { type, name, version: '3', users: [] } : undefined
      },
    )
    expect(asked).toEqual(['CA clients', 'TLS other', 'Users people', 'TLS shop'])
    expect(view?.secrets?.map(({ version }) => version)).toEqual(['', '', '3', ''])
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
