import { NO_SECRETS, type SecretVersions } from '../resources/desired-state.ts'
import type { Gateway } from '../resources/gateway.ts'
import { compareText, type ResourceMap, resourceOf } from '../resources/resource.ts'
import { gatewaySettings, listenersOf } from './listeners.ts'
import { routesOf, tcpRoutesOf } from './routes.ts'
import { emptySecret, type SecretsOf, secretsIn } from './secrets.ts'
import { absentService, serviceSettings } from './service-settings.ts'
import type { Endpoint, NativeConfiguration, ServicePool, View } from './view.ts'

/** The effective endpoints of a Service, by its name. */
export type EndpointsOf = (service: string) => readonly Endpoint[]

/**
 * What one Gateway's engine has to know of the desired state. Pure.
 * @param secretsOf default: Secrets without their bytes, for views of the structure alone
 * @param znodeText what the znode of a native configuration holds; default: not known
 * @returns undefined where the resources hold no such Gateway
 */
export function buildView(
  gateway: string,
  revision: number,
  resources: ResourceMap,
  endpointsOf: EndpointsOf,
  secretsOf: SecretsOf = emptySecret,
  znodeText?: ZnodeText,
): View | undefined {
  const resource = resourceOf(resources, 'Gateway', gateway)
  if (resource === undefined) return undefined
  const listeners = listenersOf(resource)
  const routes = routesOf(gateway, listeners, resources)
  const tcpRoutes = tcpRoutesOf(gateway, listeners, resources)
  const native = nativeOf(resource, znodeText)
  const named = resource.spec.native?.services ?? servicesOf([...routes, ...tcpRoutes])
  const services = poolsOf(named, resources, endpointsOf)
  const secrets = secretsIn({ listeners, routes, services }, secretsOf)
  return {
    gateway,
    revision,
    listeners,
    routes,
    ...(tcpRoutes.length === 0 ? {} : { tcpRoutes }),
    services,
    ...gatewaySettings(resource),
    ...(native === undefined ? {} : { native }),
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

/** What the znode of a native configuration holds, and which change of it that is. */
export interface ZnodeText {
  readonly text: string
  /** The zxid of the change, in hexadecimal. */
  readonly mzxid: string
}

function nativeOf(
  { spec }: Gateway,
  znodeText: ZnodeText | undefined,
): NativeConfiguration | undefined {
  const { native } = spec
  if (native === undefined) return undefined
  if (native.znode === undefined) return native.text === undefined ? {} : { text: native.text }
  const path = native.znode
  return znodeText === undefined
    ? { znode: { path } }
    : { text: znodeText.text, znode: { path, mzxid: znodeText.mzxid } }
}

function servicesOf(
  routes: readonly {
    readonly backends: readonly { readonly service: string }[]
    readonly mirrors?: readonly { readonly service: string }[]
  }[],
): readonly string[] {
  return routes.flatMap(({ backends, mirrors = [] }) =>
    [...backends, ...mirrors].map(({ service }) => service),
  )
}

function poolsOf(
  names: readonly string[],
  resources: ResourceMap,
  endpointsOf: EndpointsOf,
): ReadonlyMap<string, ServicePool> {
  return new Map(
    [...new Set(names)].sort(compareText).map((name) => {
      const service = resourceOf(resources, 'Service', name) ?? absentService(name)
      const endpoints = [...endpointsOf(name)].sort((a, b) => compareText(a.id, b.id))
      return [name, { ...serviceSettings(service).pool, endpoints }]
    }),
  )
}
