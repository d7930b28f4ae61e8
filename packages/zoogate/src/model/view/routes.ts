import type { HTTPRoute, Match, Rule } from '../resources/http-route.ts'
import { type ResourceMap, resourcesOf } from '../resources/resource.ts'
import { ROUTE_DEFAULTS } from '../resources/route-defaults.ts'
import type { TCPRoute } from '../resources/tcp-route.ts'
import { durationMs } from '../values/duration.ts'
import { regularExpressionSource } from '../values/regular-expression.ts'
import { ruleSettings } from './filters.ts'
import { httpRouteId, tcpRouteId } from './route-id.ts'
import { compareRoutes } from './route-precedence.ts'
import type { Listener, PathMatch, Route, TcpRoute, ValueMatch } from './view.ts'

export type RouteKind = 'HTTPRoute' | 'TCPRoute'

const CARRY: Readonly<Record<RouteKind, readonly Listener['protocol'][]>> = {
  HTTPRoute: ['HTTP', 'HTTPS'],
  TCPRoute: ['TCP', 'TLS'],
}

/** Whether a listener takes routes of that kind. */
export function takes({ protocol }: Pick<Listener, 'protocol'>, kind: RouteKind): boolean {
  return CARRY[kind].includes(protocol)
}

/** The names of the listeners that a route is attached to, in their order. */
export function attachedListeners(
  { kind, spec }: Pick<HTTPRoute, 'kind' | 'spec'> | Pick<TCPRoute, 'kind' | 'spec'>,
  gateway: string,
  listeners: readonly Listener[],
): readonly string[] {
  const parents = spec.parentRefs.filter((parent) => parent.name === gateway)
  return listeners
    .filter((listener) => takes(listener, kind))
    .map((listener) => listener.name)
    .filter((name) =>
      parents.some(({ sectionName }) => sectionName === undefined || sectionName === name),
    )
}

/** The routes of a Gateway's HTTP and HTTPS listeners, in order of precedence. Pure. */
export function routesOf(
  gateway: string,
  listeners: readonly Listener[],
  resources: ResourceMap,
): readonly Route[] {
  return resourcesOf(resources, 'HTTPRoute')
    .flatMap((route) => flatten(route, attachedListeners(route, gateway, listeners)))
    .sort(compareRoutes)
}

/** The routes of a Gateway's TCP and TLS listeners. Pure. */
export function tcpRoutesOf(
  gateway: string,
  listeners: readonly Listener[],
  resources: ResourceMap,
): readonly TcpRoute[] {
  return resourcesOf(resources, 'TCPRoute').flatMap((route) => {
    const attached = attachedListeners(route, gateway, listeners)
    if (attached.length === 0) return []
    return route.spec.rules.map(({ backendRefs }) => ({
      id: tcpRouteId(route.metadata.name),
      listeners: attached,
      backends: backendsOf(backendRefs),
    }))
  })
}

/** One route for each hostname and match; resources come sorted by name, so the order is stable. */
function flatten({ metadata, spec }: HTTPRoute, listeners: readonly string[]): readonly Route[] {
  if (listeners.length === 0) return []
  const { name } = metadata
  const hostnames = spec.hostnames?.length ? spec.hostnames : [undefined]
  return hostnames.flatMap((hostname, hostnameIndex) =>
    spec.rules.flatMap((rule, ruleIndex) =>
      (rule.matches ?? [{}]).map(
        (match, matchIndex): Route => ({
          id: httpRouteId({ name, hostname: hostnameIndex, rule: ruleIndex, match: matchIndex }),
          listeners,
          ...(hostname === undefined ? {} : { hostname }),
          ...matchOf(match),
          backends: backendsOf(rule.backendRefs),
          ...ruleSettings(rule),
          timeouts: timeoutsOf(rule),
        }),
      ),
    ),
  )
}

function matchOf({ path, method, headers = [], queryParams = [] }: Match) {
  return {
    path: pathOf(path),
    ...(method === undefined ? {} : { method }),
    headers: headers.map((header) => ({ ...valueMatch(header), name: header.name.toLowerCase() })),
    ...(queryParams.length === 0 ? {} : { query: queryParams.map(valueMatch) }),
  }
}

/** A prefix matches whole segments, so a slash at its end says nothing. */
function pathOf(path: Match['path']): PathMatch {
  const type = path?.type ?? ROUTE_DEFAULTS.pathType
  const value = path?.value ?? ROUTE_DEFAULTS.path
  if (type === 'RegularExpression') return { type, value: regularExpressionSource(value) }
  return { type, value: type === 'PathPrefix' ? value.replace(/(.)\/$/, '$1') : value }
}

function valueMatch({ name, value, type }: NonNullable<Match['headers']>[number]): ValueMatch {
  return type === 'RegularExpression'
    ? { name, value: regularExpressionSource(value), type }
    : { name, value }
}

function backendsOf(refs: Rule['backendRefs'] = []): Route['backends'] {
  return refs.map(({ name, weight }) => ({
    service: name,
    weight: weight ?? ROUTE_DEFAULTS.weight,
  }))
}

function timeoutsOf(rule: Rule): Route['timeouts'] {
  const { request, backendRequest } = rule.timeouts ?? {}
  return {
    ...(request === undefined ? {} : { requestMs: durationMs(request) }),
    ...(backendRequest === undefined ? {} : { backendRequestMs: durationMs(backendRequest) }),
  }
}
