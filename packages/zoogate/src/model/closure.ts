import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import {
  type Resource,
  type ResourceMap,
  resourceKey,
  resourceOf,
  resourcesOf,
} from './resource.ts'

/**
 * The closure of a Gateway: itself, the HTTPRoutes attached to it and the Services that they name.
 * Nothing else of a revision can change what its nodes do. Empty where there is no such Gateway.
 */
export function closureOf(gateway: string, resources: ResourceMap): ResourceMap {
  const closure = new Map<string, Resource>()
  const self = resourceOf(resources, 'Gateway', gateway)
  if (self === undefined) return closure
  closure.set(resourceKey(self), self)
  const routes = resourcesOf(resources, 'HTTPRoute').filter((route) =>
    route.spec.parentRefs.some((parent) => parent.name === gateway),
  )
  for (const route of routes) closure.set(resourceKey(route), route)
  for (const name of servicesOf(routes)) {
    const service = resourceOf(resources, 'Service', name)
    if (service !== undefined) closure.set(resourceKey(service), service)
  }
  return closure
}

/** Equal digests: the two revisions are one to this Gateway's nodes. SHA-256 in hexadecimal. */
export function closureDigest(gateway: string, resources: ResourceMap): string {
  const closure = [...closureOf(gateway, resources).entries()]
  return createHash('sha256').update(canonicalJson(closure)).digest('hex')
}

type Routes = ReturnType<typeof resourcesOf<'HTTPRoute'>>

function servicesOf(routes: Routes): ReadonlySet<string> {
  const names = routes.flatMap((route) =>
    route.spec.rules.flatMap((rule) => rule.backendRefs.map((backend) => backend.name)),
  )
  return new Set(names.sort())
}
