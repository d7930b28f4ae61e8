import { expect, it } from 'vitest'
import { checkResource } from '../../../src/model/checks/resource-checks.ts'
import { formatFieldPath } from '../../../src/model/field-path.ts'

function issuesOf(...listeners: object[]): readonly string[] {
  const checked = checkResource({
    apiVersion: 'zoogate/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: { engine: 'haproxy', listeners },
  })
  const issues = 'issues' in checked ? checked.issues : []
  return issues.map(({ path, message }) => `${formatFieldPath(path)}: ${message}`)
}

const certificateRefs = [{ name: 'shop' }]

it.each(['HTTPS', 'TLS'])('a listener of %s needs certificates', (protocol) => {
  expect(issuesOf({ name: 'a', port: 443, protocol })).toEqual([
    `spec.listeners[0].tls: is missing: a listener of ${protocol} needs certificateRefs`,
  ])
  expect(issuesOf({ name: 'a', port: 443, protocol, tls: { certificateRefs } })).toEqual([])
})

it.each([
  [{}, 'is not for HTTP: write protocol: HTTPS'],
  [{ protocol: 'TCP' }, 'is not for TCP: write protocol: TLS'],
])('a listener of %j has none', (listener, message) => {
  expect(issuesOf({ name: 'a', port: 80, ...listener, tls: { certificateRefs } })).toEqual([
    `spec.listeners[0].tls: ${message}`,
  ])
})

it('HTTP/2 is for HTTPS alone, and a certificate is named once', () => {
  const tls = { certificateRefs: [...certificateRefs, ...certificateRefs], http2: true }
  expect(issuesOf({ name: 'a', port: 443, protocol: 'TLS', tls })).toEqual([
    'spec.listeners[0].tls.certificateRefs[1].name: "shop" is named twice',
    'spec.listeners[0].tls.http2: is only for HTTPS: what a listener of TLS carries is not looked into',
  ])
})
