import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FILE_BYTES_MAX,
  parseResources,
  SYNTAX_ISSUES_MAX,
} from '../../../src/model/checks/parse.ts'
import { formatIssue } from '../../../src/model/issue.ts'
import { resourceKey } from '../../../src/model/resources/resource.ts'
import { everythingYaml } from '../sample-resources.ts'

const issuesOf = (yaml: string) => parseResources(yaml, 'shop.yaml').issues.map(formatIssue)

describe('parseResources', () => {
  it('reads every field of every kind', () => {
    const { resources, issues } = parseResources(everythingYaml, 'all.yaml')
    expect(issues).toEqual([])
    expect(resources.map(({ resource }) => resourceKey(resource))).toEqual([
      'Gateway/edge',
      'Service/shop',
      'Service/legacy',
      'Service/ensemble',
      'HTTPRoute/shop',
      'HTTPRoute/site',
      'TCPRoute/zookeeper',
      'Secret/shop',
      'Secret/other',
      'Secret/clients',
      'Secret/people',
      'Demo/shop',
      'Gateway/native',
      'Gateway/native-file',
      'Gateway/native-znode',
    ])
  })

  it('points at what is wrong within a rule, also where it takes more than a schema to see', () => {
    const yaml = `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - matches:
        - path: { type: RegularExpression, value: "/(a+)+" }
      filters:
        - type: Cache
          expires: { after: 1h }
        - { type: RequestRedirect, requestRedirect: { scheme: https } }
      backendRefs: [{ name: shop }]
`
    const { issues } = parseResources(yaml, 'shop.yaml')
    expect(issues.map(({ line, column, field }) => `${line}:${column} ${field}`)).toEqual([
      '8:51 spec.rules[0].matches[0].path.value',
      '10:11 spec.rules[0].filters[0].cache',
      '11:11 spec.rules[0].filters[0].expires',
      '12:11 spec.rules[0].filters[1]',
    ])
  })

  it('reads `off` as a word, as YAML 1.2 does', () => {
    const { resources } = parseResources(everythingYaml, 'all.yaml')
    expect(resources[2]?.resource.spec).toMatchObject({ protection: 'off' })
  })

  it('reads JSON', () => {
    const json = JSON.stringify({
      apiVersion: 'zoogate/v1',
      kind: 'Service',
      metadata: { name: 'shop' },
    })
    expect(parseResources(json, 'shop.json').resources).toHaveLength(1)
  })

  it('skips documents that hold nothing', () => {
    expect(parseResources('---\n# only this\n---\n---\n', 'empty.yaml')).toEqual({
      resources: [],
      issues: [],
    })
  })

  it('says all errors at once, each by its line, column and field', () => {
    const yaml = [
      'apiVersion: zoogate/v1',
      'kind: Gateway',
      'metadata: { name: edge, lables: { tier: front } }',
      'spec:',
      '  engine: haprox',
      '  listeners:',
      '    - { name: http, port: 99999 }',
      '    - { name: https, prot: 80 }',
      '---',
      'kind: Servce',
      '---',
      'apiVersion: zoogate/v1',
      'kind: Service',
      'spec: { balance: { algorithm: [] }, healthCheck: { interval: 5 } }',
    ].join('\n')
    expect(issuesOf(yaml)).toEqual([
      'shop.yaml:3:25 metadata.lables: is not a known field (did you mean "labels"?)',
      'shop.yaml:5:11 spec.engine: must be haproxy, nginx, httpd or builtin, not "haprox" (did you mean "haproxy"?)',
      'shop.yaml:7:27 spec.listeners[0].port: must be a port from 1 to 65535, not 99999',
      'shop.yaml:8:22 spec.listeners[1].prot: is not a known field (did you mean "port"?)',
      'shop.yaml:10:7 kind: must be one of Gateway, Service, HTTPRoute, TCPRoute, Secret, Demo (did you mean "Service"?)',
      'shop.yaml:12:1 metadata: is missing',
      'shop.yaml:14:31 spec.balance.algorithm: must be roundRobin, random, leastRequest, powerOfTwoChoices, consistentHash or peakEWMA, not a list',
      'shop.yaml:14:62 spec.healthCheck.interval: must be a duration from 100ms to 1h, such as "10s", "500ms" or "1m30s", not 5',
    ])
  })

  it('says where the YAML itself is broken, and reads the other documents', () => {
    const { resources, issues } = parseResources(
      'a: "b\n---\napiVersion: zoogate/v1\nkind: Service\nmetadata: { name: x }\n',
      'shop.yaml',
    )
    expect(issues.map(formatIssue)[0]).toMatch(/^shop\.yaml:\d+:\d+: Missing closing "quote/)
    expect(resources.length).toBeLessThanOrEqual(1)
  })

  it('refuses a resource that is written twice', () => {
    const service = 'apiVersion: zoogate/v1\nkind: Service\nmetadata: { name: shop }\n'
    expect(issuesOf(`${service}---\n${service}`)).toEqual([
      'shop.yaml:7:19 metadata.name: Service/shop is already at shop.yaml:1',
    ])
  })

  it('follows anchors, and points into what they name', () => {
    const yaml = [
      'apiVersion: zoogate/v1',
      'kind: Service',
      'metadata: { name: shop }',
      'spec:',
      '  endpoints:',
      '    - &one { address: 10.0.0.1, port: 0 }',
      '    - *one',
    ].join('\n')
    expect(issuesOf(yaml)).toEqual([
      'shop.yaml:6:39 spec.endpoints[0].port: must be a port from 1 to 65535, not 0',
      'shop.yaml:6:39 spec.endpoints[1].port: must be a port from 1 to 65535, not 0',
    ])
  })
})

describe('hostile files', () => {
  it('bounds what aliases expand to', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`)
    }
    expect(issuesOf(lines.join('\n'))[0]).toMatch(/alias/i)
  })

  it('bounds the characters of one resource', () => {
    const long = 'x'.repeat(200_000)
    expect(issuesOf(`a: &a "${long}"\nb: [*a, *a, *a, *a, *a]`)).toEqual([
      'shop.yaml:1:1: the resource has more than 1048576 characters',
    ])
  })

  it('bounds the file', () => {
    expect(issuesOf('#'.repeat(FILE_BYTES_MAX + 1))[0]).toContain('the file is larger than')
  })

  it.each(['[', '- ', '{a: ', '? '])('bounds what is said of a text of nothing but %j', (text) => {
    const issues = issuesOf(text.repeat(20_000))
    expect(issues.length).toBeGreaterThan(0)
    expect(issues.length).toBeLessThanOrEqual(SYNTAX_ISSUES_MAX)
  })

  it.each(['__proto__: { a: 1 }', 'constructor: 1', '? [a]\n: 1', '!!js/function x', '<<: *x'])(
    'takes no harm from %j',
    (yaml) => {
      expect(issuesOf(yaml).length).toBeGreaterThan(0)
      expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
    },
  )

  it('never throws', () => {
    const words = fc.constantFrom(
      ...[
        'apiVersion: zoogate/v1\n',
        'kind: ',
        'Gateway\n',
        'metadata:',
        ' {name: a}\n',
        'spec:\n',
      ],
      ...[
        '  - ',
        '&a ',
        '*a ',
        '---\n',
        '...\n',
        '"',
        "'",
        '|\n',
        '!!binary ',
        '\t',
        '\0',
        '{',
        '}',
      ],
      ...['\u2028', '\ud800', '%YAML 1.1\n', ': ', '? ', '~', '.inf', '0x1', '\r\n'],
    )
    const text = fc.oneof(
      fc.array(words).map((parts) => parts.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (yaml) => {
        for (const issue of parseResources(yaml, 'x.yaml').issues) {
          expect(issue.line).toBeGreaterThan(0)
          expect(issue.column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
  })
})
