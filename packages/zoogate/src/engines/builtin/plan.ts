import { isDeepStrictEqual } from 'node:util'
import type { Endpoint, Listener, ServicePool, View } from '../../model/view.ts'
import type { Plan } from '../engine.ts'

/**
 * Endpoints change over the supervisor's socket. Anything else is a reload: the running process reads
 * the new generation and swaps its tables; no process is replaced and no connection is closed, but
 * for those of listeners that go.
 */
export function plan(from: View | undefined, to: View): Plan {
  const services = [...to.services.values()]
  if (from === undefined) {
    return { live: [], reload: ['first start'], services: services.map(({ name }) => name) }
  }
  const changed = services.filter(
    ({ name, endpoints }) => !isDeepStrictEqual(from.services.get(name)?.endpoints, endpoints),
  )
  return {
    live: changed.flatMap((pool) => endpointChanges(from.services.get(pool.name), pool)),
    reload: structureChanges(from, to),
    services: changed.map(({ name }) => name),
  }
}

function structureChanges(from: View, to: View): readonly string[] {
  const changes = listenerChanges(from.listeners, to.listeners)
  if (!isDeepStrictEqual(from.routes, to.routes)) changes.push('routes change')
  for (const [name, pool] of to.services) {
    const before = from.services.get(name)
    if (before === undefined) changes.push(`service ${name}: new`)
    else if (!isDeepStrictEqual(settingsOf(before), settingsOf(pool))) {
      changes.push(`service ${name}: settings change`)
    }
  }
  for (const name of from.services.keys()) {
    if (!to.services.has(name)) changes.push(`service ${name}: gone`)
  }
  if (!isDeepStrictEqual(from.concurrency, to.concurrency)) changes.push('limits change')
  return changes
}

function listenerChanges(from: readonly Listener[], to: readonly Listener[]): string[] {
  const describe = ({ name, address, port }: Listener) => `${name} on ${address} port ${port}`
  const before = new Set(from.map(describe))
  const after = new Set(to.map(describe))
  return [
    ...[...after].filter((text) => !before.has(text)).map((text) => `new listener ${text}`),
    ...[...before].filter((text) => !after.has(text)).map((text) => `no more listener ${text}`),
  ]
}

function settingsOf(pool: ServicePool): Omit<ServicePool, 'endpoints'> {
  const { endpoints: _, ...settings } = pool
  return settings
}

function endpointChanges(from: ServicePool | undefined, to: ServicePool): readonly string[] {
  const before = new Map(from?.endpoints.map((endpoint) => [endpoint.id, endpoint]))
  const lines: string[] = []
  for (const endpoint of to.endpoints) {
    const former = before.get(endpoint.id)
    before.delete(endpoint.id)
    if (former === undefined) {
      lines.push(`service ${to.name}: add ${endpoint.id} (${describeEndpoint(endpoint)})`)
    } else if (!isDeepStrictEqual(former, endpoint)) {
      const change = `${describeEndpoint(former)} to ${describeEndpoint(endpoint)}`
      lines.push(`service ${to.name}: ${endpoint.id} from ${change}`)
    }
  }
  for (const id of before.keys()) lines.push(`service ${to.name}: remove ${id}`)
  return lines
}

function describeEndpoint({ address, port, weight, state }: Endpoint): string {
  return `${address} port ${port}, weight ${weight}, ${state}`
}
