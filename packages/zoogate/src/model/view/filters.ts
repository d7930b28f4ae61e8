import type { Filter, Rule } from '../resources/http-route.ts'
import type { FilterField } from '../resources/http-route-filters.ts'
import { ROUTE_DEFAULTS } from '../resources/route-defaults.ts'
import { durationMs } from '../values/duration.ts'
import { networksOf } from './listeners.ts'
import type {
  Access,
  Answer,
  HeaderChanges,
  PathChange,
  RateLimit,
  Redirect,
  Retry,
  Route,
} from './view.ts'

type Written<Field extends FilterField> = NonNullable<Filter[Field]>

/** What a rule says beside its matches and backendRefs. Pure. */
export type RuleSettings = Pick<
  Route,
  | 'answer'
  | 'requestHeaders'
  | 'responseHeaders'
  | 'rewrite'
  | 'mirrors'
  | 'access'
  | 'rateLimit'
  | 'cache'
  | 'expires'
  | 'compress'
  | 'retry'
>

export function ruleSettings(rule: Rule): RuleSettings {
  const request = filterOf(rule, 'requestHeaderModifier')
  const response = filterOf(rule, 'responseHeaderModifier')
  const rewrite = filterOf(rule, 'urlRewrite')
  const access = filterOf(rule, 'access')
  const rateLimit = filterOf(rule, 'rateLimit')
  const cache = filterOf(rule, 'cache')
  const expires = filterOf(rule, 'expires')
  const compress = filterOf(rule, 'compress')
  const mirrors = mirrorsOf(rule)
  const answer = answerOf(rule)
  return {
    ...(answer && { answer }),
    ...(request && { requestHeaders: headerChanges(request) }),
    ...(response && { responseHeaders: headerChanges(response) }),
    ...(rewrite && { rewrite: rewriteOf(rewrite) }),
    ...(mirrors.length > 0 && { mirrors }),
    ...(access && { access: accessOf(access) }),
    ...(rateLimit && { rateLimit: rateLimitOf(rateLimit) }),
    ...(cache && { cache: { maxAgeMs: durationMs(cache.maxAge) } }),
    ...(expires && { expires: { afterMs: durationMs(expires.after) } }),
    ...(compress && { compress: { types: compress.types ?? ROUTE_DEFAULTS.compressTypes } }),
    ...(rule.retry && { retry: retryOf(rule.retry) }),
  }
}

function filterOf<Field extends FilterField>(rule: Rule, field: Field): Filter[Field] | undefined {
  return rule.filters?.find((filter) => filter[field] !== undefined)?.[field]
}

function answerOf({ static: files, fastcgi, cgi, ...rule }: Rule): Answer | undefined {
  const redirect = filterOf(rule, 'requestRedirect')
  if (redirect !== undefined) return redirectOf(redirect)
  if (files !== undefined) {
    const { root, index } = files
    return { type: 'static', root, index: index ?? ROUTE_DEFAULTS.staticIndex }
  }
  if (fastcgi !== undefined) {
    const { address, root, index } = fastcgi
    return { type: 'fastcgi', address, root, index: index ?? ROUTE_DEFAULTS.fastcgiIndex }
  }
  return cgi === undefined ? undefined : { type: 'cgi', root: cgi.root }
}

function redirectOf(written: Written<'requestRedirect'>): Redirect {
  const { scheme, hostname, port, statusCode } = written
  const path = pathChange(written.path)
  return {
    type: 'redirect',
    ...(scheme && { scheme }),
    ...(hostname !== undefined && { hostname }),
    ...(port !== undefined && { port }),
    ...(path && { path }),
    statusCode: statusCode ?? ROUTE_DEFAULTS.statusCode,
  }
}

function rewriteOf(written: Written<'urlRewrite'>): NonNullable<Route['rewrite']> {
  const path = pathChange(written.path)
  return {
    ...(written.hostname !== undefined && { hostname: written.hostname }),
    ...(path && { path }),
  }
}

/** A prefix is whole segments, so a slash at its end says nothing. */
function pathChange(written: Written<'urlRewrite'>['path']): PathChange | undefined {
  const { type, replaceFullPath = '/', replacePrefixMatch = '/' } = written ?? {}
  if (type === undefined) return undefined
  if (type === 'ReplaceFullPath') return { type, value: replaceFullPath }
  return { type, value: replacePrefixMatch.replace(/(.)\/$/, '$1') }
}

function headerChanges({
  set = [],
  add = [],
  remove = [],
}: Written<'requestHeaderModifier'>): HeaderChanges {
  return { set, add, remove }
}

function mirrorsOf({ filters = [] }: Rule): NonNullable<Route['mirrors']> {
  return filters.flatMap(({ requestMirror }) => {
    if (requestMirror === undefined) return []
    const { backendRef, percent } = requestMirror
    return [{ service: backendRef.name, percent: percent ?? ROUTE_DEFAULTS.mirrorPercent }]
  })
}

function accessOf({ allow, deny, basicAuth }: Written<'access'>): Access {
  return {
    allow: networksOf(allow),
    deny: networksOf(deny),
    ...(basicAuth && { basicAuth: { realm: basicAuth.realm, users: basicAuth.usersRef.name } }),
  }
}

function rateLimitOf({ requests, per, key }: Written<'rateLimit'>): RateLimit {
  return {
    requests,
    perMs: durationMs(per ?? ROUTE_DEFAULTS.rateLimitPer),
    key:
      key === undefined || key === 'sourceIP'
        ? { type: 'sourceIP' }
        : { type: 'header', name: key.header.toLowerCase() },
  }
}

function retryOf({ attempts, codes, methods }: NonNullable<Rule['retry']>): Retry {
  return {
    attempts: attempts ?? ROUTE_DEFAULTS.retryAttempts,
    codes: codes ?? [],
    methods: methods ?? ROUTE_DEFAULTS.retryMethods,
  }
}
