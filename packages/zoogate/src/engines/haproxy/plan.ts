import type { Endpoint, ServicePool, View } from '../../model/view.ts'
import type { Plan } from '../engine.ts'
import { addressAndPort } from './names.ts'

/**
 * What changes from one view to the next. Endpoints of a service that both have change through the
 * runtime API; all else is in the configuration, and needs a reload.
 */
export function plan(from: View | undefined, to: View): Plan {
  if (from === undefined) {
    return { live: [], reload: ['first start'], services: [...to.services.keys()] }
  }
  const changes = [...to.services.values()].map((pool) => ({
    service: pool.name,
    words: endpointChanges(from.services.get(pool.name), pool),
  }))
  return {
    live: changes.flatMap(({ words }) => words),
    reload: structureChanges(from, to),
    services: changes.filter(({ words }) => words.length > 0).map(({ service }) => service),
  }
}

function endpointChanges(from: ServicePool | undefined, to: ServicePool): readonly string[] {
  const before = new Map(from?.endpoints.map((endpoint) => [endpoint.id, endpoint]))
  const after = new Set(to.endpoints.map(({ id }) => id))
  return [
    ...to.endpoints.flatMap((endpoint) => endpointChange(before.get(endpoint.id), endpoint)),
    ...[...before.keys()].filter((id) => !after.has(id)).map((id) => `remove ${id}`),
  ].map((words) => `${to.name}: ${words}`)
}

function endpointChange(before: Endpoint | undefined, after: Endpoint): readonly string[] {
  const { id, address, port, weight, state } = after
  const at = addressAndPort(address, port)
  if (before === undefined) return [`add ${id} at ${at}, ${state}, weight ${weight}`]
  const changes = [
    ...(before.address === address && before.port === port ? [] : [`move to ${at}`]),
    ...(before.weight === weight ? [] : [`weight ${before.weight} to ${weight}`]),
    ...(before.state === state ? [] : [`${before.state} to ${state}`]),
  ]
  return changes.length === 0 ? [] : [`change ${id}: ${changes.join(', ')}`]
}

function structureChanges(from: View, to: View): readonly string[] {
  return [
    ...listChanges('listener', from.listeners, to.listeners, ({ name }) => name),
    ...listChanges('route', from.routes, to.routes, ({ id }) => id),
    ...(sameOrder(from, to) ? [] : ['order of routes']),
    ...listChanges('service', settings(from), settings(to), ({ name }) => name),
    ...(same(from.concurrency, to.concurrency) ? [] : ['concurrency']),
  ]
}

/** All of the services but their endpoints. */
function settings({ services }: View): readonly Omit<ServicePool, 'endpoints'>[] {
  return [...services.values()].map(({ endpoints: _, ...rest }) => rest)
}

function listChanges<T>(
  kind: string,
  from: readonly T[],
  to: readonly T[],
  key: (item: T) => string,
): readonly string[] {
  const before = new Map(from.map((item) => [key(item), item]))
  const after = new Set(to.map(key))
  return [
    ...to.flatMap((item) => {
      const known = before.get(key(item))
      if (known === undefined) return [`${kind} ${key(item)} added`]
      return same(known, item) ? [] : [`${kind} ${key(item)} changed`]
    }),
    ...[...before.keys()]
      .filter((name) => !after.has(name))
      .map((name) => `${kind} ${name} removed`),
  ]
}

/** Whether the routes that both have come in the same order. */
function sameOrder(from: View, to: View): boolean {
  const before = new Set(from.routes.map(({ id }) => id))
  const after = new Set(to.routes.map(({ id }) => id))
  return same(
    [...before].filter((id) => after.has(id)),
    [...after].filter((id) => before.has(id)),
  )
}

/** Views are built by one function, so that equal data has its fields in the same order. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
