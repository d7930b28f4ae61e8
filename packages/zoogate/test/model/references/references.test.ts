import { describe, expect, it } from 'vitest'
import { withoutPosition } from '../../../src/model/issue.ts'
import { referenceIssues } from '../../../src/model/references/references.ts'
import {
  everythingYaml,
  gatewayYaml,
  resources,
  routeYaml,
  secretYaml,
  serviceYaml,
} from '../sample-resources.ts'

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

const listenerYaml = (listeners: string) => `
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec: { engine: haproxy, listeners: [${listeners}] }
---
`
const tcpRouteYaml = (name: string, sectionName?: string) => `
apiVersion: zoogate/v1
kind: TCPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge${sectionName === undefined ? '' : `, sectionName: ${sectionName}`} }]
  rules: [{ backendRefs: [{ name: a }] }]
---
`
const issuesOf = (yaml: string) =>
  referenceIssues(resources(yaml))
    .map(withoutPosition)
    .map(({ resource, field, message }) => `${resource} ${field}: ${message}`)

describe('listeners', () => {
  it('take routes of their protocol', () => {
    const rules = 'rules: [{ backendRefs: [{ name: a }] }]'
    expect(
      issuesOf(
        listenerYaml('{ name: web, port: 80 }, { name: zk, port: 2181, protocol: TCP }') +
          serviceYaml('a') +
          routeYaml('r', `{ parentRefs: [{ name: edge, sectionName: zk }], ${rules} }`) +
          tcpRouteYaml('t', 'web'),
      ),
    ).toEqual([
      'HTTPRoute/r spec.parentRefs[0].sectionName: the listener "zk" of Gateway/edge is of TCP, and an HTTPRoute needs one of HTTP or HTTPS',
      'TCPRoute/t spec.parentRefs[0].sectionName: the listener "web" of Gateway/edge is of HTTP, and a TCPRoute needs one of TCP or TLS',
    ])
    expect(
      issuesOf(listenerYaml('{ name: web, port: 80 }') + serviceYaml('a') + tcpRouteYaml('t')),
    ).toEqual([
      'TCPRoute/t spec.parentRefs[0].name: Gateway/edge has no listener of TCP or TLS, which a TCPRoute needs',
    ])
  })

  it('take one TCPRoute each', () => {
    const listeners = '{ name: a, port: 1, protocol: TCP }, { name: b, port: 2, protocol: TCP }'
    const state = listenerYaml(listeners) + serviceYaml('a') + tcpRouteYaml('one', 'a')
    expect(issuesOf(state + tcpRouteYaml('two', 'b'))).toEqual([])
    expect(issuesOf(state + tcpRouteYaml('two'))).toEqual([
      'TCPRoute/two spec.parentRefs: the listener "a" of Gateway/edge is taken by TCPRoute/one',
    ])
  })
})

describe('Secrets', () => {
  it('are there, and of the type that is needed', () => {
    expect(
      issuesOf(
        listenerYaml(
          '{ name: a, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shpo }], clientCertificates: { caRef: { name: shop } } } }',
        ) +
          secretYaml('shop', 'TLS') +
          secretYaml('ca', 'CA') +
          serviceYaml(
            'a',
            '{ tls: { caRef: { name: shop }, clientCertificateRef: { name: ca } } }',
          ) +
          routeYaml(
            'r',
            '{ parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: a }], filters: [{ type: Access, access: { basicAuth: { realm: x, usersRef: { name: ca } } } }, { type: RequestMirror, requestMirror: { backendRef: { name: b } } }] }] }',
          ),
      ),
    ).toEqual([
      'Gateway/edge spec.listeners[0].tls.certificateRefs[0].name: there is no Secret/shpo (did you mean "shop"?)',
      'Gateway/edge spec.listeners[0].tls.clientCertificates.caRef.name: Secret/shop is of type TLS, and must be of type CA',
      'HTTPRoute/r spec.rules[0].filters[0].access.basicAuth.usersRef.name: Secret/ca is of type CA, and must be of type Users',
      'HTTPRoute/r spec.rules[0].filters[1].requestMirror.backendRef.name: there is no Service/b (did you mean "a"?)',
      'Service/a spec.tls.caRef.name: Secret/shop is of type TLS, and must be of type CA',
      'Service/a spec.tls.clientCertificateRef.name: Secret/ca is of type CA, and must be of type TLS',
    ])
  })
})
