import { describe, expect, it } from 'vitest'
import { planGateways } from '../../src/desired/plan-gateways.ts'
import type { ResourceMap } from '../../src/model/resources/resource.ts'
import { gatewayYaml, resources, routeYaml, serviceYaml } from '../model/sample-resources.ts'

const route = (path: string) =>
  routeYaml(
    'r',
    `{ parentRefs: [{ name: edge }], rules: [{ matches: [{ path: { value: ${path} } }], backendRefs: [{ name: a }] }] }`,
  )
const desired = (resourceMap: ResourceMap) => ({ resources: resourceMap, secrets: new Map() })
const state = (path = '/', service = '{}', gateway = gatewayYaml('edge')) =>
  desired(resources(gateway + serviceYaml('a', service) + route(path)))
const actions = (before: Parameters<typeof planGateways>[0], after: typeof before) =>
  planGateways(before, after).map(({ name, action }) => [name, action])

describe('planGateways', () => {
  it('has nothing to do where the closure is the same', () => {
    expect(actions(state(), state())).toEqual([['edge', 'none']])
  })

  it('begins and ends', () => {
    expect(actions(desired(new Map()), state())).toEqual([['edge', 'start']])
    expect(actions(state(), desired(new Map()))).toEqual([['edge', 'gone']])
  })

  it('asks the engine what a change takes', () => {
    const haproxy = gatewayYaml('edge').replace('builtin', 'haproxy')
    const [plan] = planGateways(state('/', '{}', haproxy), state('/x', '{}', haproxy))
    expect(plan).toMatchObject({ name: 'edge', engine: 'haproxy', action: 'reload' })
    expect(plan?.steps.length).toBeGreaterThan(0)
  })

  it('is live where only the agent has something to do', () => {
    expect(actions(state(), state('/', '{ protection: off }'))).toEqual([['edge', 'live']])
  })

  it('says that the engine is another one', () => {
    const nginx = gatewayYaml('edge').replace('builtin', 'nginx')
    expect(actions(state(), state('/', '{}', nginx))).toEqual([['edge', 'other-engine']])
  })
})
