import { describe, expect, it } from 'vitest'
import { closureDigest, closureOf } from '../../../src/model/references/closure.ts'
import { gatewayYaml, resources, routeYaml, serviceYaml } from '../sample-resources.ts'

const route = (name: string, gateway: string, service: string) =>
  routeYaml(
    name,
    `{ parentRefs: [{ name: ${gateway} }], rules: [{ backendRefs: [{ name: ${service} }] }] }`,
  )

const state = (aSpec = '{}', bSpec = '{}') =>
  resources(
    gatewayYaml('edge') +
      gatewayYaml('inner') +
      serviceYaml('a', aSpec) +
      serviceYaml('b', bSpec) +
      route('to-a', 'edge', 'a') +
      route('to-b', 'inner', 'b'),
  )

describe('the closure of a Gateway', () => {
  it('is itself, its routes and the Services that they name', () => {
    expect([...closureOf('edge', state()).keys()]).toEqual([
      'Gateway/edge',
      'HTTPRoute/to-a',
      'Service/a',
    ])
    expect(closureOf('nowhere', state()).size).toBe(0)
  })

  it('has a digest that only what it reaches can change', () => {
    const changed = '{ balance: { algorithm: random } }'
    const before = closureDigest('edge', state())
    expect(closureDigest('edge', state('{}', changed))).toBe(before)
    expect(closureDigest('edge', state(changed))).not.toBe(before)
    expect(closureDigest('edge', new Map([...state()].reverse()))).toBe(before)
  })
})
