import { expect, it } from 'vitest'
import { resourceWarnings } from '../../../src/model/checks/resource-warnings.ts'
import { withoutPosition } from '../../../src/model/issue.ts'
import {
  everythingYaml,
  gatewayYaml,
  resources,
  routeYaml,
  secretYaml,
  serviceYaml,
} from '../sample-resources.ts'

const warnings = (yaml: string) =>
  resourceWarnings(resources(yaml)).map((issue) => {
    const { resource, field } = withoutPosition(issue)
    return `${resource} ${field}`
  })

it('has nothing to say of what is of one piece', () => {
  const withoutCookie = everythingYaml.replace(
    'sessionPersistence: { type: Cookie, sessionName: SID, cookie: { mode: Application } }',
    '',
  )
  expect(warnings(withoutCookie)).toEqual([])
})

it('says what is most likely not meant', () => {
  expect(
    warnings(
      gatewayYaml('edge') +
        serviceYaml('a', '{ protection: { linger: 1s } }') +
        serviceYaml(
          'b',
          '{ sessionPersistence: {}, balance: { algorithm: consistentHash }, healthCheck: { tcp: {}, timeout: 3s } }',
        ) +
        serviceYaml('c', '{ endpoints: [], protection: { maxLost: 1% } }') +
        serviceYaml('d', '{ endpoints: [{ address: 10.0.0.1, port: 1, weight: 0 }] }') +
        serviceYaml('e') +
        routeYaml(
          'r',
          `
  parentRefs: [{ name: edge }]
  rules:
    - matches: [{ path: { value: /a/ } }]
      backendRefs: [{ name: a }, { name: b }, { name: c }, { name: d }]
    - matches: [{ method: GET }, { path: { type: PathPrefix, value: /a } }]
      backendRefs: [{ name: b }]`,
        ),
    ),
  ).toEqual([
    'Service/a spec.protection.linger',
    'Service/b spec.sessionPersistence',
    'Service/b spec.healthCheck.timeout',
    'Service/c spec.endpoints',
    'Service/c spec.protection',
    'Service/d spec.endpoints',
    'Service/e metadata.name',
    'HTTPRoute/r spec.rules[1].matches[1]',
  ])
})

it('says which Secrets nothing names', () => {
  expect(warnings(secretYaml('old', 'TLS'))).toEqual(['Secret/old metadata.name'])
})
