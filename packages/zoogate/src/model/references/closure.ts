import { createHash } from 'node:crypto'
import { NO_SECRETS, type SecretVersions, secretName } from '../resources/desired-state.ts'
import {
  type Resource,
  type ResourceMap,
  resourceKey,
  resourceOf,
  resourcesOf,
} from '../resources/resource.ts'
import { canonicalJson } from '../values/canonical-json.ts'
import { referencesOf } from './references-of.ts'

/**
 * The closure of a Gateway: itself, the routes attached to it, and the Services and Secrets that
 * these name. Nothing else of a revision can change what its nodes do. Empty where there is no such
 * Gateway.
 */
export function closureOf(gateway: string, resources: ResourceMap): ResourceMap {
  const closure = new Map<string, Resource>()
  const self = resourceOf(resources, 'Gateway', gateway)
  if (self === undefined) return closure
  add(self)
  for (const kind of ['HTTPRoute', 'TCPRoute'] as const) {
    for (const route of resourcesOf(resources, kind)) {
      if (route.spec.parentRefs.some((parent) => parent.name === gateway)) add(route)
    }
  }
  return new Map([...closure].sort(([a], [b]) => (a < b ? -1 : 1)))

  /** With what it names, but for the Gateways: a route of this one may be another's too. */
  function add(resource: Resource): void {
    const key = resourceKey(resource)
    if (closure.has(key)) return
    closure.set(key, resource)
    for (const { kind, name } of referencesOf(resource)) {
      const named = kind === 'Gateway' ? undefined : resourceOf(resources, kind, name)
      if (named !== undefined) add(named)
    }
  }
}

/** Equal digests: the two revisions are one to this Gateway's nodes. SHA-256 in hexadecimal. */
export function closureDigest(
  gateway: string,
  resources: ResourceMap,
  secrets: SecretVersions = NO_SECRETS,
): string {
  const closure = [...closureOf(gateway, resources)].map(([key, resource]) => {
    const version = secrets.get(secretName(key) ?? '')
    return version === undefined ? [key, resource] : [key, resource, version]
  })
  return createHash('sha256').update(canonicalJson(closure)).digest('hex')
}
