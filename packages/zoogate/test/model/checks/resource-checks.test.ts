import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { checkResource } from '../../../src/model/checks/resource-checks.ts'
import { formatFieldPath } from '../../../src/model/field-path.ts'
import { RESOURCE_SCHEMAS } from '../../../src/model/resources/resource.ts'
import {
  everythingYaml,
  gatewayYaml,
  resources,
  routeYaml,
  serviceYaml,
} from '../sample-resources.ts'

const everything = [...resources(everythingYaml).values()]

function issuesOf(value: unknown): readonly string[] {
  const checked = checkResource(value)
  return 'resource' in checked
    ? []
    : checked.issues.map(({ path, message }) => `${formatFieldPath(path)}: ${message}`)
}

function service(spec: unknown): unknown {
  return { apiVersion: 'zoogate/v1', kind: 'Service', metadata: { name: 'shop' }, spec }
}

function route(rule: object, spec: object = {}): unknown {
  return {
    apiVersion: 'zoogate/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop' },
    spec: {
      parentRefs: [{ name: 'edge' }],
      rules: [{ backendRefs: [{ name: 'shop' }], ...rule }],
      ...spec,
    },
  }
}

/** Every place in a value. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, field]) => pathsOf(field, [...path, key]))
  return [path, ...below]
}

function replaced(value: unknown, [step, ...rest]: readonly string[], by: unknown): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return by
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === step ? replaced(item, rest, by) : item))
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      key === step ? replaced(field, rest, by) : field,
    ]),
  )
}

describe('checkResource', () => {
  it('accepts nothing that the JSON Schema does not', () => {
    const broken = fc
      .constantFrom(...everything)
      .chain((resource) =>
        fc.tuple(fc.constant(resource), fc.constantFrom(...pathsOf(resource)), fc.jsonValue()),
      )
    fc.assert(
      fc.property(broken, ([resource, path, by]) => {
        const value = replaced(resource, path, by)
        if ('resource' in checkResource(value)) {
          expect(Value.Check(RESOURCE_SCHEMAS[resource.kind], value)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => 'issues' in checkResource(value)))
  })

  it('asks for a kind', () => {
    expect(issuesOf({})).toEqual([
      'kind: is missing: one of Gateway, Service, HTTPRoute, TCPRoute, Secret, Demo, with apiVersion: zoogate/v1',
    ])
  })

  it('wants listeners apart', () => {
    const yaml = gatewayYaml('edge').replace(
      '{ name: admin, port: 8081',
      '{ name: http, port: 8080',
    )
    expect(() => resources(yaml)).toThrow(
      /is the name of another listener.*is taken by the listener/,
    )
    expect(() =>
      resources(gatewayYaml('edge').replace('port: 8080', 'port: 8080, address: 127.0.0.2')),
    ).not.toThrow()
  })

  it('wants a pool found or fixed, one probe, and hashOn with its algorithm', () => {
    expect(
      issuesOf(
        service({
          discovery: {},
          endpoints: [],
          healthCheck: { http: {}, tcp: {} },
          balance: { hashOn: 'sourceIP' },
        }),
      ),
    ).toEqual([
      'spec.endpoints: cannot be together with discovery: a pool is either found or fixed',
      'spec.healthCheck: must have one of http, tcp and zookeeper',
      'spec.balance.hashOn: is only for the algorithm consistentHash',
    ])
  })

  it('wants endpoints apart', () => {
    const endpoints = [
      { id: 'a', address: '10.0.0.1', port: 1 },
      { address: '10.0.0.1', port: 1 },
      { id: 'a', address: '10.0.0.2', port: 1 },
      { id: '10.0.0.3-1', address: '10.0.0.4', port: 1 },
      { address: '10.0.0.3', port: 1 },
    ]
    expect(issuesOf(service({ endpoints }))).toEqual([
      'spec.endpoints[1]: 10.0.0.1 port 1 is listed twice',
      'spec.endpoints[2]: "a" is the id of another endpoint',
      'spec.endpoints[4]: "10.0.0.3-1" is the id of another endpoint',
    ])
  })

  it('wants one attempt no longer than the request, and a header once', () => {
    const rule = {
      timeouts: { request: '1s', backendRequest: '2s' },
      matches: [
        {
          headers: [
            { name: 'x-a', value: '1' },
            { name: 'X-A', value: '2' },
          ],
        },
      ],
    }
    expect(issuesOf(route(rule))).toEqual([
      'spec.rules[0].matches[0].headers[1].name: "x-a" is matched twice',
      'spec.rules[0].timeouts.backendRequest: must be at most request, which is 1s',
    ])
  })
})

describe('hostile values never reach an engine', () => {
  const hostile = ['a\nb', 'a;b', 'a}b', 'a{b', 'a"b', 'a\\b', 'a b', 'a\0b', 'ä', '\u2028']

  it.each(hostile)('in a path, a host name, a method or a header name: %j', (text) => {
    const pathMatch = (value: string) => route({ matches: [{ path: { value } }] })
    expect(issuesOf(pathMatch(`/${text}`)).length > 0).toBe(text !== 'a;b')
    expect(issuesOf(route({}, { hostnames: [text] }))).toHaveLength(1)
    expect(issuesOf(route({ matches: [{ method: text }] }))).toHaveLength(1)
    expect(issuesOf(route({ matches: [{ headers: [{ name: text, value: '1' }] }] }))).toHaveLength(
      1,
    )
  })

  it.each(['a\nb', 'a\0b', 'ä', ' a', 'a ', '', '\x7f', 'a\tb'])(
    'in a header value: %j',
    (value) => {
      expect(issuesOf(route({ matches: [{ headers: [{ name: 'x', value }] }] }))).toHaveLength(1)
    },
  )

  it.each(hostile)('in names, cookies, addresses and znode paths: %j', (text) => {
    expect(issuesOf(service({ sessionPersistence: { sessionName: text } }))).toHaveLength(1)
    expect(issuesOf(service({ endpoints: [{ address: text, port: 1 }] }))).toHaveLength(1)
    expect(issuesOf(service({ endpoints: [{ address: '::1', port: 1, id: text }] }))).toHaveLength(
      1,
    )
    expect(issuesOf(service({ discovery: { path: text } }))).toHaveLength(1)
  })

  it.each(['/a//b', '/a/../b', '/..', '/.', '/a/%2e%2E/b', '/a%2Fb', '/%00', '/%zz', 'a', ''])(
    'a path that engines read in different ways: %j',
    (value) => {
      expect(issuesOf(route({ matches: [{ path: { value } }] }))).toHaveLength(1)
    },
  )

  it.each(['localhost', '10.0.0', '10.0.0.256', 'fe80::1%eth0', '[::1]', '1'])(
    'an address that is none: %j',
    (address) => {
      expect(issuesOf(service({ endpoints: [{ address, port: 1 }] }))).toHaveLength(1)
    },
  )

  it.each([`${'a'.repeat(64)}.com`, 'a..b', '-a', 'A.com', '*', '*.*.com', 'a:80', 'a.*.com'])(
    'a host name that is none: %j',
    (hostname) => {
      expect(issuesOf(route({}, { hostnames: [hostname] }))).toHaveLength(1)
    },
  )

  it('shows what was written without what a terminal would obey', () => {
    const [issue] = issuesOf(service({ protection: '\u001b[31mred\u0007\u202e' }))
    expect(issue).toMatch(/^[\x20-\x7e]+$/)
  })

  it('keeps a name to a DNS label', () => {
    for (const name of ['A', 'a.b', 'a/b', '-a', 'a-', '', 'a'.repeat(64)]) {
      expect(() => resources(serviceYaml(JSON.stringify(name)))).toThrow('metadata.name')
    }
    expect(() => resources(routeYaml('a'.repeat(63), '{}'))).toThrow('spec.parentRefs')
  })
})
