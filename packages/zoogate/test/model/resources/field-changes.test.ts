import { expect, it } from 'vitest'
import { fieldChanges } from '../../../src/model/resources/field-changes.ts'
import { resourceOf } from '../../../src/model/resources/resource.ts'
import { resources, serviceYaml } from '../sample-resources.ts'

const service = (spec: string) => resourceOf(resources(serviceYaml('a', spec)), 'Service', 'a')

it('names the smallest fields that differ', () => {
  const before = service(
    '{ healthCheck: { tcp: {}, rise: 1 }, endpoints: [{ address: 10.0.0.1, port: 1 }] }',
  )
  const after = service(
    '{ healthCheck: { http: {}, rise: 2 }, endpoints: [{ address: 10.0.0.1, port: 2 }, { address: 10.0.0.2, port: 1 }] }',
  )
  expect(fieldChanges(before, after)).toEqual([
    { field: 'spec.healthCheck.tcp', before: {} },
    { field: 'spec.healthCheck.rise', before: 1, after: 2 },
    { field: 'spec.healthCheck.http', after: {} },
    { field: 'spec.endpoints[0].port', before: 1, after: 2 },
    { field: 'spec.endpoints[1]', after: { address: '10.0.0.2', port: 1 } },
  ])
  expect(fieldChanges(before, before)).toEqual([])
  expect(fieldChanges(undefined, after)).toEqual([{ field: '', after }])
})
