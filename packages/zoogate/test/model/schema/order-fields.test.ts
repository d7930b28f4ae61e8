import { expect, it } from 'vitest'
import type { Resource } from '../../../src/model/resources/resource.ts'
import { orderFields } from '../../../src/model/schema/order-fields.ts'
import { canonicalJson } from '../../../src/model/values/canonical-json.ts'
import { everythingYaml, resources } from '../sample-resources.ts'

it('gives back the fields in the order in which people write them', () => {
  for (const resource of resources(everythingYaml).values()) {
    const stored: Resource = JSON.parse(canonicalJson(resource))
    expect(orderFields(stored)).toEqual(resource)
    expect(Object.keys(orderFields(stored) as object)).toEqual([
      'apiVersion',
      'kind',
      'metadata',
      'spec',
    ])
    expect(JSON.stringify(orderFields(stored))).toBe(JSON.stringify(orderFields(resource)))
  }
})
