import { describe, expect, it } from 'vitest'
import { checkResource } from '../../../src/model/checks/resource-checks.ts'
import { formatFieldPath } from '../../../src/model/field-path.ts'

/** What is said of a rule, without the path to it. */
function issuesOf(rule: object): readonly string[] {
  const checked = checkResource({
    apiVersion: 'zoogate/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop' },
    spec: { parentRefs: [{ name: 'edge' }], rules: [rule] },
  })
  const issues = 'issues' in checked ? checked.issues : []
  return issues.map(({ path, message }) => `${formatFieldPath(path.slice(3))}: ${message}`)
}

const backendRefs = [{ name: 'shop' }]
const filters = (...list: object[]) => ({ filters: list })
const redirect = (requestRedirect: object = { scheme: 'https' }) => ({
  type: 'RequestRedirect',
  requestRedirect,
})
const rewrite = (urlRewrite: object = { hostname: 'a.example' }) => ({
  type: 'URLRewrite',
  urlRewrite,
})
const headers = (requestHeaderModifier: object = { remove: ['x-a'] }) => ({
  type: 'RequestHeaderModifier',
  requestHeaderModifier,
})
const cache = { type: 'Cache', cache: { maxAge: '1m' } }
const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'copy' } } }
const prefix = (value: string) => ({
  path: { type: 'ReplacePrefixMatch', replacePrefixMatch: value },
})
const exactly = [{ path: { type: 'Exact', value: '/a' } }]

describe('who answers', () => {
  it.each([
    { backendRefs },
    filters(redirect()),
    { static: { root: '/srv' } },
    { fastcgi: { address: '127.0.0.1:9000', root: '/srv' } },
    { cgi: { root: '/srv' } },
    { backendRefs, ...filters(headers(), rewrite(), mirror, mirror, cache) },
    { static: { root: '/srv' }, ...filters(cache) },
  ])('may be %j', (rule) => {
    expect(issuesOf(rule)).toEqual([])
  })

  it.each<[object, string]>([
    [
      {},
      'backendRefs: is missing: a rule has backendRefs, static, fastcgi, cgi, or a filter of type RequestRedirect',
    ],
    [
      { backendRefs, static: { root: '/srv' } },
      'static: cannot be together with backendRefs: one of them answers',
    ],
    [
      { fastcgi: { address: '127.0.0.1:9000', root: '/srv' }, cgi: { root: '/srv' } },
      'cgi: cannot be together with fastcgi: one of them answers',
    ],
    [
      { backendRefs, ...filters(headers(), redirect()) },
      'filters[1]: cannot be together with backendRefs: one of them answers',
    ],
    [
      filters(redirect(), headers()),
      'filters[1].type: RequestHeaderModifier makes no sense with RequestRedirect',
    ],
    [filters(redirect(), cache), 'filters[1].type: Cache makes no sense with RequestRedirect'],
    [
      { static: { root: '/srv' }, ...filters(rewrite()) },
      'filters[0].type: URLRewrite makes no sense with static',
    ],
    [
      { cgi: { root: '/srv' }, ...filters(mirror) },
      'filters[0].type: RequestMirror makes no sense with cgi',
    ],
    [{ static: { root: '/srv' }, retry: {} }, 'retry: makes no sense with static'],
    [
      { static: { root: '/srv' }, timeouts: { request: '1s' } },
      'timeouts.request: makes no sense with static',
    ],
    [
      { cgi: { root: '/srv' }, timeouts: { request: '1s', backendRequest: '1s' } },
      'timeouts.backendRequest: makes no sense with cgi',
    ],
    [
      { static: { root: '/srv' }, matches: exactly },
      'matches[0].path.type: Exact makes no sense with static, which goes by the path behind a PathPrefix',
    ],
  ])('may not be %j', (rule, issue) => {
    expect(issuesOf(rule)).toEqual([issue])
  })
})

describe('filters', () => {
  it.each<[object[], ...string[]]>([
    [
      [headers(), headers()],
      'filters[1].type: RequestHeaderModifier is already a filter of this rule',
    ],
    [[cache, cache], 'filters[1].type: Cache is already a filter of this rule'],
    [[{ type: 'Cache' }], 'filters[0].cache: is missing: a filter of type Cache needs it'],
    [
      [{ ...cache, type: 'Expires' }],
      'filters[0].expires: is missing: a filter of type Expires needs it',
      'filters[0].cache: is not for a filter of type Expires: write type: Cache',
    ],
    [[headers({})], 'filters[0].requestHeaderModifier: must have one of set, add and remove'],
    [
      [
        headers({
          set: [
            { name: 'x-a', value: '1' },
            { name: 'X-A', value: '2' },
          ],
        }),
      ],
      'filters[0].requestHeaderModifier.set[1].name: "x-a" is there twice',
    ],
    [
      [headers({ remove: ['x-a', 'X-A'] })],
      'filters[0].requestHeaderModifier.remove[1]: "x-a" is there twice',
    ],
    [
      [headers({ add: [{ name: 'Transfer-Encoding', value: 'chunked' }] })],
      'filters[0].requestHeaderModifier.add[0].name: "transfer-encoding" cannot be changed: each connection has its own',
    ],
    [[rewrite({})], 'filters[0].urlRewrite: must have hostname, path or both'],
    [
      [rewrite({ path: { type: 'ReplaceFullPath', replacePrefixMatch: '/a' } })],
      'filters[0].urlRewrite.path.replaceFullPath: is missing: the type is ReplaceFullPath',
      'filters[0].urlRewrite.path.replacePrefixMatch: is not for the type ReplaceFullPath',
    ],
    [
      [{ type: 'Access', access: {} }],
      'filters[0].access: must have one of allow, deny and basicAuth',
    ],
  ])('may not be %j', (list, ...issues) => {
    expect(issuesOf({ backendRefs, ...filters(...list) })).toEqual(issues)
  })

  it('lead somewhere', () => {
    expect(issuesOf(filters(redirect({ statusCode: 301 })))).toEqual([
      'filters[0].requestRedirect: leads back to itself: it must have one of scheme, hostname, port and path',
    ])
  })

  it('replace a prefix only where one is matched', () => {
    const matches = [{ path: { value: '/a' } }, ...exactly]
    expect(issuesOf({ backendRefs, matches, ...filters(rewrite(prefix('/b'))) })).toEqual([
      'filters[0].urlRewrite.path.type: ReplacePrefixMatch needs matches by PathPrefix, and one is by Exact',
    ])
    expect(issuesOf({ matches, ...filters(redirect(prefix('/b'))) })).toEqual([
      'filters[0].requestRedirect.path.type: ReplacePrefixMatch needs matches by PathPrefix, and one is by Exact',
    ])
    expect(issuesOf({ backendRefs, ...filters(rewrite(prefix('/b'))) })).toEqual([])
  })
})

describe('matches', () => {
  const match = (fields: object) => issuesOf({ backendRefs, matches: [fields] })
  const uriPath = (shown: string) =>
    `matches[0].path.value: must be a URI path of at most 1024 characters that begins with "/" and has no "//", "/./", "/../", "%2F", "%00" or "?", not ${shown}`

  it('have a path in the form of its type', () => {
    expect(match({ path: { value: '/a b' } })).toEqual([uriPath('"/a b"')])
    expect(match({ path: { type: 'Exact', value: '/.*/(a|b)' } })).toEqual([uriPath('"/.*/(a|b)"')])
    expect(match({ path: { type: 'RegularExpression', value: '/.*/(a|b)' } })).toEqual([])
    expect(match({ path: { type: 'RegularExpression', value: '/(a' } })).toEqual([
      'matches[0].path.value: has a "(" without its ")"',
    ])
    expect(match({ path: { type: 'RegularExpression' } })).toEqual([
      'matches[0].path.value: is missing: a regular expression',
    ])
  })

  it('have values in the form of their type, and each name once', () => {
    expect(
      match({
        headers: [
          { name: 'x', value: '(a' },
          { type: 'RegularExpression', name: 'y', value: '(a' },
        ],
        queryParams: [
          { name: 'a', value: '1' },
          { name: 'A', value: '1' },
          { type: 'RegularExpression', name: 'a', value: '[' },
        ],
      }),
    ).toEqual([
      'matches[0].headers[1].value: has a "(" without its ")"',
      'matches[0].queryParams[2].name: "a" is matched twice',
      'matches[0].queryParams[2].value: has a "[" without its "]"',
    ])
  })
})
