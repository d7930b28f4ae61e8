import { createHash } from 'node:crypto'
import type { Route, View } from '../../../model/view/view.ts'

/**
 * A destination is where a request goes once its route is known: a service, under a route's timeouts.
 * It is a balancer of its own (`balancer://name`), since httpd's timeouts are those of a balancer's
 * members.
 */
export interface Destination {
  readonly service: string
  /** The balancer's. Letters, digits, `.` and `-`. */
  readonly name: string
  /** How long an endpoint may be silent, in whole seconds: httpd's. Undefined: the server's `ProxyTimeout`. */
  readonly silenceS?: number
}

/** httpd bounds a balancer's name, its prefix included, to 95 bytes, and makes a longer one of it. */
const NAME_CHARACTERS_MAX = 56

/** In whole seconds. `request` and `backendRequest` both bound one attempt: httpd has no clock over the whole. */
export function silenceOf({ requestMs, backendRequestMs }: Route['timeouts']): number | undefined {
  const silenceMs = Math.min(requestMs ?? Infinity, backendRequestMs ?? Infinity)
  return Number.isFinite(silenceMs) ? Math.ceil(silenceMs / 1_000) : undefined
}

export function destinationOf(service: string, timeouts: Route['timeouts']): Destination {
  const silenceS = silenceOf(timeouts)
  if (silenceS === undefined) return { service, name: shortened(service) }
  return { service, name: shortened(`${service}.${silenceS}`), silenceS }
}

/** Of each service that a route names, by name. In each, the one without timeouts comes first. */
export function destinationsOf(view: View): ReadonlyMap<string, readonly Destination[]> {
  const found = new Map<string, Map<string, Destination>>()
  for (const service of view.services.keys()) {
    const plain = destinationOf(service, {})
    found.set(service, new Map([[plain.name, plain]]))
  }
  for (const { backends, timeouts } of view.routes) {
    for (const { service } of backends) {
      const destination = destinationOf(service, timeouts)
      found.get(service)?.set(destination.name, destination)
    }
  }
  return new Map([...found].map(([service, byName]) => [service, [...byName.values()]]))
}

function shortened(name: string): string {
  if (name.length <= NAME_CHARACTERS_MAX) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12)
  return `${name.slice(0, NAME_CHARACTERS_MAX - 13)}.${digest}`
}
