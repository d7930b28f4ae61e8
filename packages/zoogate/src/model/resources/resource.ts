import { type Demo, DemoSchema } from './demo.ts'
import { type Gateway, GatewaySchema } from './gateway.ts'
import { type HTTPRoute, HTTPRouteSchema } from './http-route.ts'
import { type SecretResource, SecretSchema } from './secret.ts'
import { type Service, ServiceSchema } from './service.ts'
import { type TCPRoute, TCPRouteSchema } from './tcp-route.ts'

/** What people write: any of the kinds, each with `apiVersion`, `kind`, `metadata` and `spec`. */
export type Resource = Gateway | Service | HTTPRoute | TCPRoute | SecretResource | Demo
export type Kind = Resource['kind']

/** By {@link resourceKey}. */
export type ResourceMap = ReadonlyMap<string, Resource>

export const RESOURCE_SCHEMAS = {
  Gateway: GatewaySchema,
  Service: ServiceSchema,
  HTTPRoute: HTTPRouteSchema,
  TCPRoute: TCPRouteSchema,
  Secret: SecretSchema,
  Demo: DemoSchema,
} as const satisfies Record<Kind, unknown>

export const KINDS = Object.keys(RESOURCE_SCHEMAS) as readonly Kind[]

export function isKind(text: unknown): text is Kind {
  return typeof text === 'string' && Object.hasOwn(RESOURCE_SCHEMAS, text)
}

/** `HTTPRoute/shop`: how a resource is named in revisions, messages and commands. */
export function resourceKey(resource: Resource): string {
  return `${resource.kind}/${resource.metadata.name}`
}

/** The resources of one kind, sorted by name. */
export function resourcesOf<K extends Kind>(
  resources: ResourceMap,
  kind: K,
): readonly Extract<Resource, { kind: K }>[] {
  const found: Extract<Resource, { kind: K }>[] = []
  for (const resource of resources.values()) {
    if (isOfKind(resource, kind)) found.push(resource)
  }
  return found.sort((a, b) => compareText(a.metadata.name, b.metadata.name))
}

/** The resource of that kind and name, if there is one. */
export function resourceOf<K extends Kind>(
  resources: ResourceMap,
  kind: K,
  name: string,
): Extract<Resource, { kind: K }> | undefined {
  const resource = resources.get(`${kind}/${name}`)
  return resource !== undefined && isOfKind(resource, kind) ? resource : undefined
}

function isOfKind<K extends Kind>(
  resource: Resource,
  kind: K,
): resource is Extract<Resource, { kind: K }> {
  return resource.kind === kind
}

/** By code unit: the same order on every host, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
