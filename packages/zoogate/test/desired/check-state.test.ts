import { describe, expect, it } from 'vitest'
import { stateIssues } from '../../src/desired/check-state.ts'
import { parseResources } from '../../src/model/checks/parse.ts'
import { formatIssue } from '../../src/model/issue.ts'
import { resourceKey } from '../../src/model/resources/resource.ts'
import { gatewayYaml, resources, routeYaml, serviceYaml } from '../model/sample-resources.ts'

const yaml = (engine: string, algorithm: string) =>
  gatewayYaml('edge').replace('builtin', engine) +
  serviceYaml('shop', `{ balance: { algorithm: ${algorithm} } }`) +
  routeYaml('r', '{ parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: shop }] }] }')

describe('stateIssues', () => {
  it('points at what an engine cannot carry, where it was written', () => {
    const text = yaml('haproxy', 'peakEWMA')
    const sources = new Map(
      parseResources(text, 'shop.yaml').resources.map((source) => [
        resourceKey(source.resource),
        source,
      ]),
    )
    const [issue, ...others] = stateIssues(resources(text), sources)
    expect(others).toEqual([])
    const line = text.split('\n').findIndex((written) => written.includes('peakEWMA')) + 1
    expect(issue).toMatchObject({
      file: 'shop.yaml',
      line,
      resource: 'Service/shop',
      field: 'spec.balance.algorithm',
      message: expect.stringContaining('(Gateway/edge, haproxy)'),
    })
  })

  it('names the resource where no file is known', () => {
    const [issue] = stateIssues(resources(yaml('haproxy', 'peakEWMA')), new Map())
    expect(issue && formatIssue(issue)).toMatch(/^Service\/shop spec\.balance\.algorithm: /)
  })

  it.each(['builtin', 'haproxy', 'nginx'])('has nothing against what %s carries', (engine) => {
    expect(stateIssues(resources(yaml(engine, 'roundRobin')), new Map())).toEqual([])
  })
})
