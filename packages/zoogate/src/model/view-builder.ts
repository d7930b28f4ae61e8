import { NO_SECRETS, type SecretVersions } from './desired-state.ts'

import { compareText, type ResourceMap, resourceOf } from './resource.ts'
import { absentService, serviceSettings } from './service-settings.ts'
import type { Endpoint, Route, ServicePool, TcpRoute, View } from './view.ts'
import { gatewaySettings, listenersOf } from './view-listeners.ts'
import { routesOf, tcpRoutesOf } from './view-routes.ts'

import { emptySecret, type SecretsOf, secretsIn } from './view-secrets.ts'

/** The effective endpoints of a Service, by its name. */
export type EndpointsOf = (service: string) => readonly Endpoint[]

/**
 * What one Gateway's engine has to know of the desired state. Pure.
 * @param secretsOf default: Secrets without their bytes, for views of the structure alone
 * @returns undefined where the resources hold no such Gateway
 */
export function buildView(
  gateway: string,
  revision: number,
  resources: ResourceMap,
  endpointsOf: EndpointsOf,
  secretsOf: SecretsOf = emptySecret,
): View | undefined {
  const resource = resourceOf(resources, 'Gateway', gateway)
  if (resource === undefined) return undefined
  const listeners = listenersOf(resource)
  const routes = routesOf(gateway, listeners, resources)
  const tcpRoutes = tcpRoutesOf(gateway, listeners, resources)
  const services = poolsOf([...routes, ...tcpRoutes], resources, endpointsOf)
  const secrets = secretsIn({ listeners, routes, services }, secretsOf)
  return {
    gateway,
    revision,
    listeners,
    routes,
    ...(tcpRoutes.length === 0 ? {} : { tcpRoutes }),
    services,
    ...gatewaySettings(resource),
    ...(secrets.length === 0 ? {} : { secrets }),
  }
}

/** The view with fixed endpoints alone, and no bytes of Secrets: what apply asks an engine's opinion of. */
export function buildStructure(
  gateway: string,
  revision: number,
  resources: ResourceMap,
  secrets: SecretVersions = NO_SECRETS,
): View | undefined {
  return buildView(gateway, revision, resources, fixedEndpoints(resources), (name, type) => ({
    ...emptySecret(name, type),
    version: String(secrets.get(name) ?? ''),
  }))
}

/** The endpoints that are written in Services. */
export function fixedEndpoints(resources: ResourceMap): EndpointsOf {
  return (name) => {
    const service = resourceOf(resources, 'Service', name)
    const source = service === undefined ? undefined : serviceSettings(service).source
    return source?.type === 'static' ? source.endpoints : []
  }
}

function poolsOf(
  routes: readonly (Route | TcpRoute)[],
  resources: ResourceMap,
  endpointsOf: EndpointsOf,
): ReadonlyMap<string, ServicePool> {
  const names = new Set(
    routes.flatMap((route) => [
      ...route.backends.map(({ service }) => service),
      ...('mirrors' in route ? (route.mirrors ?? []).map(({ service }) => service) : []),
    ]),
  )
  return new Map(
    [...names].sort(compareText).map((name) => {
      const service = resourceOf(resources, 'Service', name) ?? absentService(name)
      const endpoints = [...endpointsOf(name)].sort((a, b) => compareText(a.id, b.id))
      return [name, { ...serviceSettings(service).pool, endpoints }]
    }),
  )
}
