import { expect, it } from 'vitest'
import { withoutPosition } from '../../src/model/issue.ts'
import { referenceIssues } from '../../src/model/references.ts'
import {
  everythingYaml,
  gatewayYaml,
  resources,
  routeYaml,
  serviceYaml,
} from './sample-resources.ts'

it('finds nothing wrong where every name points at something', () => {
  expect(referenceIssues(resources(everythingYaml))).toEqual([])
})

it('finds Gateways, listeners and Services that are not there', () => {
  const state = resources(
    gatewayYaml('edge') +
      serviceYaml('shop-api') +
      routeYaml(
        'shop',
        `
  parentRefs: [{ name: egde }, { name: edge, sectionName: htpp }, { name: edge, sectionName: zzz }]
  rules: [{ backendRefs: [{ name: shop-api }, { name: shop-ap }] }]`,
      ) +
      'apiVersion: zoogate/v1\nkind: Demo\nmetadata: { name: x }\nspec: { service: other }\n',
  )
  expect(referenceIssues(state).map(withoutPosition)).toEqual([
    {
      resource: 'HTTPRoute/shop',
      field: 'spec.parentRefs[0].name',
      message: 'there is no Gateway/egde (did you mean "edge"?)',
    },
    {
      resource: 'HTTPRoute/shop',
      field: 'spec.parentRefs[1].sectionName',
      message: 'Gateway/edge has no listener "htpp" (did you mean "http"?)',
    },
    {
      resource: 'HTTPRoute/shop',
      field: 'spec.parentRefs[2].sectionName',
      message: 'Gateway/edge has no listener "zzz" (it has: http, admin)',
    },
    {
      resource: 'HTTPRoute/shop',
      field: 'spec.rules[0].backendRefs[1].name',
      message: 'there is no Service/shop-ap (did you mean "shop-api"?)',
    },
    { resource: 'Demo/x', field: 'spec.service', message: 'there is no Service/other' },
  ])
})
