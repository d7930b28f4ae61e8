import { durationMs } from './duration.ts'
import { GATEWAY_DEFAULTS, type Gateway } from './gateway.ts'
import { HTTP_ROUTE_DEFAULTS, type HTTPRoute } from './http-route.ts'
import { compareText, type ResourceMap, resourceOf, resourcesOf } from './resource.ts'
import { routeId } from './route-id.ts'
import { compareRoutes } from './route-precedence.ts'
import { absentService, serviceSettings } from './service-settings.ts'
import type { Endpoint, Listener, PathMatch, Route, ServicePool, View } from './view.ts'

/** The effective endpoints of a Service, by its name. */
export type EndpointsOf = (service: string) => readonly Endpoint[]

/**
 * What one Gateway's engine has to know of the desired state. Pure.
 * @returns undefined where the resources hold no such Gateway
 */
export function buildView(
  gateway: string,
  revision: number,
  resources: ResourceMap,
  endpointsOf: EndpointsOf,
): View | undefined {
  const resource = resourceOf(resources, 'Gateway', gateway)
  if (resource === undefined) return undefined
  const { concurrency } = resource.spec
  const listeners = listenersOf(resource)
  const routes = resourcesOf(resources, 'HTTPRoute')
    .flatMap((route) => flatten(route, gateway, listeners))
    .sort(compareRoutes)
  return {
    gateway,
    revision,
    listeners,
    routes,
    services: poolsOf(routes, resources, endpointsOf),
    concurrency: {
      workers: concurrency?.workers ?? GATEWAY_DEFAULTS.workers,
      maxConnections: concurrency?.maxConnections ?? GATEWAY_DEFAULTS.maxConnections,
      keepAliveMs: durationMs(concurrency?.keepAlive ?? GATEWAY_DEFAULTS.keepAlive),
    },
  }
}

/** The view with fixed endpoints alone: what apply asks an engine's opinion of. */
export function buildStructure(
  gateway: string,
  revision: number,
  resources: ResourceMap,
): View | undefined {
  return buildView(gateway, revision, resources, (name) => {
    const service = resourceOf(resources, 'Service', name)
    const source = service === undefined ? undefined : serviceSettings(service).source
    return source?.type === 'static' ? source.endpoints : []
  })
}

export function listenersOf(gateway: Gateway): readonly Listener[] {
  return gateway.spec.listeners.map(({ name, port, address, protocol }) => ({
    name,
    address: address ?? GATEWAY_DEFAULTS.listenAddress,
    port,
    protocol: protocol ?? GATEWAY_DEFAULTS.protocol,
  }))
}

/** One route for each hostname and match; resources come sorted by name, so the order is stable. */
function flatten(
  route: HTTPRoute,
  gateway: string,
  listeners: readonly Listener[],
): readonly Route[] {
  const attached = attachedListeners(route, gateway, listeners)
  if (attached.length === 0) return []
  const { name } = route.metadata
  const hostnames = route.spec.hostnames?.length ? route.spec.hostnames : [undefined]
  return hostnames.flatMap((hostname, hostnameIndex) =>
    route.spec.rules.flatMap((rule, ruleIndex) =>
      (rule.matches ?? [{}]).map(
        (match, matchIndex): Route => ({
          id: routeId({ name, hostname: hostnameIndex, rule: ruleIndex, match: matchIndex }),
          listeners: attached,
          ...(hostname === undefined ? {} : { hostname }),
          path: pathOf(match.path),
          ...(match.method === undefined ? {} : { method: match.method }),
          headers: (match.headers ?? []).map((header) => ({
            name: header.name.toLowerCase(),
            value: header.value,
          })),
          backends: rule.backendRefs.map((backend) => ({
            service: backend.name,
            weight: backend.weight ?? HTTP_ROUTE_DEFAULTS.weight,
          })),
          timeouts: timeoutsOf(rule),
        }),
      ),
    ),
  )
}

function attachedListeners(
  route: HTTPRoute,
  gateway: string,
  listeners: readonly Listener[],
): readonly string[] {
  const parents = route.spec.parentRefs.filter((parent) => parent.name === gateway)
  return listeners
    .map((listener) => listener.name)
    .filter((name) =>
      parents.some(({ sectionName }) => sectionName === undefined || sectionName === name),
    )
}

type Rule = HTTPRoute['spec']['rules'][number]
type Match = NonNullable<Rule['matches']>[number]

/** A prefix matches whole segments, so a slash at its end says nothing. */
function pathOf(path: Match['path']): PathMatch {
  const type = path?.type ?? HTTP_ROUTE_DEFAULTS.pathType
  const value = path?.value ?? HTTP_ROUTE_DEFAULTS.path
  const trimmed = type === 'PathPrefix' && value.length > 1 ? value.replace(/\/$/, '') : value
  return { type, value: trimmed }
}

function timeoutsOf(rule: Rule): Route['timeouts'] {
  const { request, backendRequest } = rule.timeouts ?? {}
  return {
    ...(request === undefined ? {} : { requestMs: durationMs(request) }),
    ...(backendRequest === undefined ? {} : { backendRequestMs: durationMs(backendRequest) }),
  }
}

function poolsOf(
  routes: readonly Route[],
  resources: ResourceMap,
  endpointsOf: EndpointsOf,
): ReadonlyMap<string, ServicePool> {
  const names = new Set(routes.flatMap((route) => route.backends.map((backend) => backend.service)))
  return new Map(
    [...names].sort(compareText).map((name) => {
      const service = resourceOf(resources, 'Service', name) ?? absentService(name)
      const endpoints = [...endpointsOf(name)].sort((a, b) => compareText(a.id, b.id))
      return [name, { ...serviceSettings(service).pool, endpoints }]
    }),
  )
}
