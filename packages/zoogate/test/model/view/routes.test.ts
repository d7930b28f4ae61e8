import { describe, expect, it } from 'vitest'
import { buildStructure } from '../../../src/model/view/builder.ts'
import { resources } from '../sample-resources.ts'

const GATEWAY = `
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec:
  engine: haproxy
  listeners: [{ name: http, port: 80 }, { name: zk, port: 2181, protocol: TCP }]
---
`

function routesOf(rules: string) {
  const route = `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules: ${rules}
`
  return buildStructure('edge', 1, resources(GATEWAY + route))?.routes ?? []
}

const rest = {
  id: 'shop.0.0.0',
  listeners: ['http'],
  path: { type: 'PathPrefix', value: '/' },
  headers: [],
  backends: [],
  timeouts: {},
}

describe('the routes of a view', () => {
  it('carry filters', () => {
    const [route] = routesOf(`
    - backendRefs: [{ name: shop }]
      retry: { attempts: 2, codes: [502, 503], methods: [GET] }
      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: { set: [{ name: X-A, value: "1" }], remove: [x-b] }
        - type: ResponseHeaderModifier
          responseHeaderModifier: { add: [{ name: x-c, value: "2" }] }
        - type: URLRewrite
          urlRewrite: { hostname: in.example.com, path: { type: ReplacePrefixMatch, replacePrefixMatch: /v2/ } }
        - { type: RequestMirror, requestMirror: { backendRef: { name: copy }, percent: 10 } }
        - { type: RequestMirror, requestMirror: { backendRef: { name: other } } }
        - type: Access
          access: { allow: [10.0.0.0/8, 192.0.2.7], deny: ["2001:DB8::/32"], basicAuth: { realm: shop, usersRef: { name: us } } }
        - { type: RateLimit, rateLimit: { requests: 5, per: 1m, key: { header: X-Key } } }
        - { type: Cache, cache: { maxAge: 60s } }
        - { type: Expires, expires: { after: 1h } }
        - { type: Compress, compress: { types: [text/*] } }`)
    expect(route).toEqual({
      ...rest,
      backends: [{ service: 'shop', weight: 1 }],
      requestHeaders: { set: [{ name: 'X-A', value: '1' }], add: [], remove: ['x-b'] },
      responseHeaders: { set: [], add: [{ name: 'x-c', value: '2' }], remove: [] },
      rewrite: { hostname: 'in.example.com', path: { type: 'ReplacePrefixMatch', value: '/v2' } },
      mirrors: [
        { service: 'copy', percent: 10 },
        { service: 'other', percent: 100 },
      ],
      access: {
        allow: ['10.0.0.0/8', '192.0.2.7/32'],
        deny: ['2001:db8::/32'],
        basicAuth: { realm: 'shop', users: 'us' },
      },
      rateLimit: { requests: 5, perMs: 60_000, key: { type: 'header', name: 'x-key' } },
      cache: { maxAgeMs: 60_000 },
      expires: { afterMs: 3_600_000 },
      compress: { types: ['text/*'] },
      retry: { attempts: 2, codes: [502, 503], methods: ['GET'] },
    })
  })

  it.each([
    [
      'filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }]',
      { type: 'redirect', scheme: 'https', statusCode: 302 },
    ],
    [
      'filters: [{ type: RequestRedirect, requestRedirect: { hostname: b.example, port: 81, statusCode: 301, path: { type: ReplaceFullPath, replaceFullPath: /x/ } } }]',
      {
        type: 'redirect',
        hostname: 'b.example',
        port: 81,
        path: { type: 'ReplaceFullPath', value: '/x/' },
        statusCode: 301,
      },
    ],
    ['static: { root: /srv/www }', { type: 'static', root: '/srv/www', index: ['index.html'] }],
    [
      'fastcgi: { address: "unix:/run/fpm.sock", root: /srv/app }',
      { type: 'fastcgi', address: 'unix:/run/fpm.sock', root: '/srv/app', index: 'index.php' },
    ],
    ['cgi: { root: /srv/cgi }', { type: 'cgi', root: '/srv/cgi' }],
  ])('answer for themselves: %s', (rule, answer) => {
    expect(routesOf(`[{ ${rule} }]`)).toEqual([{ ...rest, answer }])
  })

  it('match by expressions and query parameters, whose anchors say nothing', () => {
    const [route] = routesOf(`
    - matches:
        - path: { type: RegularExpression, value: "^/v[0-9]+/.*$" }
          headers: [{ type: RegularExpression, name: X-V, value: "[12]" }]
          queryParams: [{ name: Debug, value: "1" }, { type: RegularExpression, name: q, value: a.* }]
      backendRefs: [{ name: shop, weight: 0 }]`)
    expect(route).toEqual({
      ...rest,
      path: { type: 'RegularExpression', value: '/v[0-9]+/.*' },
      headers: [{ type: 'RegularExpression', name: 'x-v', value: '[12]' }],
      query: [
        { name: 'Debug', value: '1' },
        { type: 'RegularExpression', name: 'q', value: 'a.*' },
      ],
      backends: [{ service: 'shop', weight: 0 }],
    })
  })
})
