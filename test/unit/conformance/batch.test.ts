import { describe, expect, it } from 'vitest'
import { parseResources } from '../../../packages/zoogate/src/model/checks/parse.ts'
import { resourceKey } from '../../../packages/zoogate/src/model/resources/resource.ts'
import { batchesOf, type Member, mergeMembers } from '../../conformance/harness/batch.ts'

function member(prefix: string, port: number, limits = '', alone = false): Member {
  const text = `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec:
  engine: builtin
  listeners: [{ name: http, port: ${port} }]
${limits}
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec: { endpoints: [] }
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules: [{ backendRefs: [{ name: shop }] }]
`
  const { resources, issues } = parseResources(text, 'case.yaml')
  expect(issues).toEqual([])
  return {
    prefix,
    alone,
    resources: new Map(resources.map(({ resource }) => [resourceKey(resource), resource])),
  }
}

describe('batches of cases', () => {
  it('take together what one Gateway can serve at once', () => {
    const limited = (prefix: string) => member(prefix, 83, '  limits: { bodyBytes: 1KiB }')
    const members = [member('a-', 81), limited('b-'), member('c-', 82), member('d-', 84, '', true)]
    const batches = batchesOf([...members, limited('e-')])
    expect(batches.map((batch) => batch.map(({ prefix }) => prefix))).toEqual([
      ['a-', 'c-'],
      ['b-', 'e-'],
      ['d-'],
    ])
  })

  it('have one Gateway, in which each keeps its listeners and names to itself', () => {
    const merged = mergeMembers('nginx', [member('a-', 81), member('c-', 82)])
    expect([...merged.keys()].sort()).toEqual([
      'Gateway/edge',
      'HTTPRoute/a-shop',
      'HTTPRoute/c-shop',
      'Service/a-shop',
      'Service/c-shop',
    ])
    expect(merged.get('Gateway/edge')?.spec).toMatchObject({
      engine: 'nginx',
      listeners: [{ name: 'a-http' }, { name: 'c-http' }],
    })
    expect(merged.get('HTTPRoute/c-shop')?.spec).toMatchObject({
      parentRefs: [{ name: 'edge', sectionName: 'c-http' }],
      rules: [{ backendRefs: [{ name: 'c-shop' }] }],
    })
  })
})
