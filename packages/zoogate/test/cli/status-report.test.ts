import { describe, expect, it } from 'vitest'
import { nodeStatus, type ServiceFacts, serviceStatus } from '../../src/cli/status-report.ts'
import type { NodeReport } from '../../src/model/node-report.ts'
import type { Service } from '../../src/model/resources/service.ts'

const service: Service = { apiVersion: 'zoogate/v1', kind: 'Service', metadata: { name: 'shop' } }
const registered = (id: string, port: number) => ({
  id,
  path: `/zoogate/services/shop/${id}`,
  parsed: {
    registration: {
      address: '10.0.0.1',
      port,
      weight: 1,
      state: 'up' as const,
      scheme: 'http' as const,
      metadata: {},
    },
  },
})
const report = (
  differences: NodeReport['services'][string]['differences'],
  refused: NodeReport['services'][string]['refused'] = [],
): NodeReport['services'][string] => ({
  up: 0,
  draining: 0,
  down: 0,
  differences,
  differencesTotal: differences.length,
  refused,
  refusedTotal: refused.length,
})
const facts = (more: Partial<ServiceFacts>): ServiceFacts => ({
  service,
  registrations: [],
  overrides: new Map(),
  reports: [],
  nowMs: 1000,
  ...more,
})
const statesOf = (more: Partial<ServiceFacts>) =>
  serviceStatus(facts(more)).endpoints.map(({ id, state, reason }) => [id, state, reason])

describe('serviceStatus', () => {
  it('is what the instances say, sorted, where nobody says otherwise', () => {
    expect(
      serviceStatus(facts({ registrations: [registered('b', 2), registered('a', 1)] })),
    ).toEqual({
      name: 'shop',
      endpoints: [
        { id: 'a', address: '10.0.0.1', port: 1, weight: 1, state: 'up', reason: null },
        { id: 'b', address: '10.0.0.1', port: 2, weight: 1, state: 'up', reason: null },
      ],
      refused: [],
    })
  })

  it('is what the operator says, until that ends', () => {
    const overrides = new Map([
      ['a', { v: 1 as const, state: 'draining' as const, weight: 9, by: 'me', reason: 'hot' }],
      ['b', { v: 1 as const, state: 'down' as const, by: 'me', until: 1000 }],
    ])
    const registrations = [registered('a', 1), registered('b', 2)]
    expect(statesOf({ registrations, overrides })).toEqual([
      ['a', 'draining', 'set by me: hot'],
      ['b', 'up', null],
    ])
  })

  it('is what the load balancers have, the freshest report last, held endpoints too', () => {
    const difference = (id: string, effective: 'up' | 'down' | 'absent', reason: string) => ({
      id,
      address: '10.0.0.9',
      port: 9,
      registered: 'absent' as const,
      effective,
      reason,
    })
    const reports = [
      report([difference('a', 'up', 'older')]),
      report([
        difference('a', 'down', 'the check fails'),
        difference('held', 'up', 'held: 3 of 4 were lost'),
        difference('gone', 'absent', 'left'),
      ]),
    ]
    expect(statesOf({ registrations: [registered('a', 1)], reports })).toEqual([
      ['a', 'down', 'the check fails'],
      ['held', 'up', 'held: 3 of 4 were lost'],
    ])
  })

  it('lists fixed endpoints', () => {
    const fixed: Service = { ...service, spec: { endpoints: [{ address: '::1', port: 80 }] } }
    expect(statesOf({ service: fixed })).toEqual([['v6-__1-80', 'up', null]])
  })

  it('names each refused registration once, ours before theirs', () => {
    const bad = { id: 'x', path: '/s/x', parsed: { refused: 'port must be …' } }
    const reports = [
      report(
        [],
        [
          { path: '/s/x', reason: 'older words' },
          { path: '/s/loopback', reason: 'address is not allowed' },
        ],
      ),
    ]
    expect(serviceStatus(facts({ registrations: [bad], reports })).refused).toEqual([
      { path: '/s/loopback', reason: 'address is not allowed' },
      { path: '/s/x', reason: 'port must be …' },
    ])
  })
})

describe('nodeStatus', () => {
  it('tells who is away from who has not spoken yet', () => {
    expect(nodeStatus({ name: 'n', alive: false })).toEqual({
      name: 'n',
      revision: 0,
      state: 'away',
      lastError: null,
    })
    expect(nodeStatus({ name: 'n', alive: true }).state).toBe('starting')
  })
})
