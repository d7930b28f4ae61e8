import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkResource } from '../../../src/model/checks/resource-checks.ts'
import { closureOf } from '../../../src/model/references/closure.ts'
import { referenceIssues } from '../../../src/model/references/references.ts'
import {
  type Resource,
  type ResourceMap,
  resourceKey,
} from '../../../src/model/resources/resource.ts'
import { buildStructure } from '../../../src/model/view/builder.ts'
import type { View } from '../../../src/model/view/view.ts'

/** Resources that name each other at random, of which the valid ones are taken. */

const service = fc.constantFrom('a', 'b', 'c')
const listener = fc.constantFrom('web', 'tls', 'raw', 'zks')
const secrets = { TLS: ['cert', 'other'], CA: ['ca'], Users: ['people'] } as const
const optionally = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const refs = fc
  .uniqueArray(service, { minLength: 1 })
  .map((names) => names.map((name) => ({ name })))

const gateway = fc
  .tuple(fc.uniqueArray(listener, { minLength: 1 }), fc.constantFrom(...secrets.TLS), fc.boolean())
  .map(([names, certificate, clients]) => ({
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: {
      engine: 'haproxy',
      listeners: names.map((name, index) => ({
        name,
        port: 8000 + index,
        protocol: { web: 'HTTP', tls: 'HTTPS', raw: 'TCP', zks: 'TLS' }[name],
        ...(name === 'web' || name === 'raw'
          ? {}
          : {
              tls: {
                certificateRefs: [{ name: certificate }],
                ...(clients ? { clientCertificates: { caRef: { name: 'ca' } } } : {}),
              },
            }),
      })),
    },
  }))

const services = fc
  .tuple(service, optionally(fc.constantFrom(...secrets.TLS)), fc.boolean())
  .map(([name, certificate, ca]) => ({
    kind: 'Service',
    metadata: { name },
    spec: {
      ...(certificate === undefined
        ? {}
        : {
            tls: {
              clientCertificateRef: { name: certificate },
              ...(ca ? { caRef: { name: 'ca' } } : {}),
            },
          }),
    },
  }))

const parentRefs = fc
  .tuple(fc.constantFrom('edge', 'inner'), optionally(listener))
  .map(([name, sectionName]) => [{ name, ...(sectionName === undefined ? {} : { sectionName }) }])

const rule = fc.oneof(
  refs.map((backendRefs) => ({ backendRefs })),
  fc.tuple(refs, service).map(([backendRefs, copy]) => ({
    backendRefs,
    filters: [
      { type: 'RequestMirror', requestMirror: { backendRef: { name: copy } } },
      { type: 'Access', access: { basicAuth: { realm: 'x', usersRef: { name: 'people' } } } },
    ],
  })),
  fc.constant({ static: { root: '/srv' } }),
  fc.constant({
    filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }],
    matches: [{ method: 'GET' }, { path: { type: 'RegularExpression', value: '/v[0-9]+' } }],
  }),
)

const httpRoute = fc
  .tuple(
    fc.constantFrom('one', 'two'),
    parentRefs,
    fc.array(rule, { minLength: 1, maxLength: 3 }),
    fc.uniqueArray(fc.constantFrom('a.example', '*.example')),
  )
  .map(([name, parents, rules, hostnames]) => ({
    kind: 'HTTPRoute',
    metadata: { name },
    spec: { parentRefs: parents, hostnames, rules },
  }))

const tcpRoute = fc
  .tuple(fc.constantFrom('one', 'two'), parentRefs, refs)
  .map(([name, parents, backendRefs]) => ({
    kind: 'TCPRoute',
    metadata: { name },
    spec: { parentRefs: parents, rules: [{ backendRefs }] },
  }))

const FILES: Readonly<Record<string, object>> = {
  TLS: { certificate: 'a', key: 'b' },
  CA: { certificates: 'c' },
  Users: { users: 'd' },
}

const kept = Object.entries(secrets).flatMap(([type, names]) =>
  names.map((name) => ({ kind: 'Secret', metadata: { name }, spec: { type, files: FILES[type] } })),
)

const state: fc.Arbitrary<ResourceMap> = fc
  .tuple(gateway, fc.array(services), fc.array(httpRoute), fc.array(tcpRoute))
  .map(([edge, ...lists]) => mapOf([edge, ...lists.flat(), ...kept]))

function mapOf(values: readonly object[]): ResourceMap {
  const map = new Map<string, Resource>()
  for (const value of values) {
    const checked = checkResource({ apiVersion: 'zoogate/v1', ...value })
    if (!('resource' in checked)) throw new Error(JSON.stringify(checked.issues))
    map.set(resourceKey(checked.resource), checked.resource)
  }
  return map
}

/** Without what refers to something that is not there, or of no use to it. */
function valid(resources: ResourceMap): ResourceMap {
  const wrong = new Set(referenceIssues(resources).map(({ resource }) => resource))
  if (wrong.size === 0) return resources
  return valid(new Map([...resources].filter(([key]) => !wrong.has(key))))
}

function assertResolved({
  listeners,
  routes,
  tcpRoutes = [],
  services: pools,
  secrets: bytes = [],
}: View) {
  const typeOf = new Map(bytes.map(({ name, type }) => [name, type]))
  const protocolOf = new Map(listeners.map(({ name, protocol }) => [name, protocol]))
  for (const { tls } of listeners) {
    for (const name of tls?.certificates ?? []) expect(typeOf.get(name)).toBe('TLS')
    if (tls?.clientCertificates) expect(typeOf.get(tls.clientCertificates.ca)).toBe('CA')
  }
  for (const route of routes) {
    expect(route.listeners).not.toEqual([])
    for (const name of route.listeners) expect(protocolOf.get(name)).toMatch(/^HTTP/)
    for (const { service: name } of [...route.backends, ...(route.mirrors ?? [])]) {
      expect(pools.has(name)).toBe(true)
    }
    if (route.access?.basicAuth) expect(typeOf.get(route.access.basicAuth.users)).toBe('Users')
    expect(route.backends.length > 0).toBe(route.answer === undefined)
  }
  for (const route of tcpRoutes) {
    for (const name of route.listeners) expect(protocolOf.get(name)).toMatch(/^T/)
    for (const { service: name } of route.backends) expect(pools.has(name)).toBe(true)
  }
  const taken = tcpRoutes.flatMap((route) => route.listeners)
  expect(new Set(taken).size).toBe(taken.length)
  for (const { tls } of pools.values()) {
    if (tls?.ca !== undefined) expect(typeOf.get(tls.ca)).toBe('CA')
    if (tls?.clientCertificate !== undefined) expect(typeOf.get(tls.clientCertificate)).toBe('TLS')
  }
  const ids = [...routes, ...tcpRoutes].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
}

it('has only references that resolve, whatever valid resources it is built from', () => {
  fc.assert(
    fc.property(state, (resources) => {
      const taken = valid(resources)
      const view = buildStructure('edge', 1, taken)
      if (view === undefined) return
      assertResolved(view)
      // What the Gateway's nodes are given of a revision is all that its view depends on.
      expect(buildStructure('edge', 1, closureOf('edge', taken))).toEqual(view)
    }),
    { numRuns: 300 },
  )
})
