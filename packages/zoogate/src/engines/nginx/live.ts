import type { Endpoint, Listener, Route, ServicePool, View } from '../../model/view.ts'
import { EngineError, type Plan } from '../engine.ts'

/**
 * What changes from one view to the next. nginx takes nothing without a reload, endpoints included:
 * it has no list of them that could be written to. All that concerns changes of endpoints alone is in
 * {@link endpointChanges} and {@link applyEndpoints}, for the day when a balancer inside nginx takes
 * them live.
 */
export function plan(from: View | undefined, to: View): Plan {
  if (from === undefined)
    return { live: [], reload: ['first start'], services: [...to.services.keys()] }
  const endpoints = endpointChanges(from, to)
  return {
    live: [],
    reload: [...structureChanges(from, to), ...endpoints.map(({ words }) => words)],
    services: endpoints.map(({ service }) => service),
  }
}

/**
 * Never called, since no plan of ours says that something is live.
 * @throws EngineError `ENGINE_LIVE_FAILED`
 */
export async function applyEndpoints(services: readonly ServicePool[]): Promise<void> {
  const names = services.map(({ name }) => name).join(', ')
  throw new EngineError('ENGINE_LIVE_FAILED', `nginx takes endpoints by a reload only: ${names}`)
}

interface EndpointChange {
  readonly service: string
  /** `endpoints of shop: + a 10.0.0.1:80, - b, ~ c draining` */
  readonly words: string
}

function endpointChanges(from: View, to: View): readonly EndpointChange[] {
  return [...to.services.values()].flatMap(({ name, endpoints }) => {
    const before = new Map(from.services.get(name)?.endpoints.map((each) => [each.id, each]))
    const after = new Map(endpoints.map((each) => [each.id, each]))
    const changes = [
      ...endpoints.flatMap((each) => endpointChange(before.get(each.id), each)),
      ...[...before.keys()].filter((id) => !after.has(id)).map((id) => `- ${id}`),
    ]
    if (changes.length === 0) return []
    return [{ service: name, words: `endpoints of ${name}: ${changes.join(', ')}` }]
  })
}

function endpointChange(before: Endpoint | undefined, after: Endpoint): readonly string[] {
  const { id, address, port, state, weight } = after
  if (before === undefined) return [`+ ${id} ${address}:${port} ${state} weight ${weight}`]
  const changed = [
    ...(before.address === address && before.port === port ? [] : [`${address}:${port}`]),
    ...(before.state === state ? [] : [state]),
    ...(before.weight === weight ? [] : [`weight ${weight}`]),
  ]
  return changed.length === 0 ? [] : [`~ ${id} ${changed.join(' ')}`]
}

function structureChanges(from: View, to: View): readonly string[] {
  return [
    ...listChanges('listener', from.listeners, to.listeners, (listener: Listener) => listener.name),
    ...listChanges('route', from.routes, to.routes, (route: Route) => route.id),
    ...(sameOrder(from.routes, to.routes) ? [] : ['order of routes']),
    ...listChanges(
      'service',
      [...from.services.values()].map(settings),
      [...to.services.values()].map(settings),
      ({ name }) => name,
    ),
    ...(same(from.concurrency, to.concurrency) ? [] : ['concurrency']),
  ]
}

/** What of a service is rendered, but for its endpoints. The agent does the health checks. */
function settings({ name, algorithm, sessionPersistence, connections }: ServicePool) {
  return { name, algorithm, sessionPersistence, connections }
}

function listChanges<T>(
  kind: string,
  from: readonly T[],
  to: readonly T[],
  key: (item: T) => string,
): readonly string[] {
  const before = new Map(from.map((item) => [key(item), item]))
  const after = new Map(to.map((item) => [key(item), item]))
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
function sameOrder(from: readonly Route[], to: readonly Route[]): boolean {
  const before = new Set(from.map(({ id }) => id))
  const after = new Set(to.map(({ id }) => id))
  return same(
    [...before].filter((id) => after.has(id)),
    [...after].filter((id) => before.has(id)),
  )
}

/** Views are built by one function, so equal data has its fields in the same order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
