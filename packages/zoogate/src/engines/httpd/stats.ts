import type { Endpoint } from '../../model/view.ts'
import type { Observation, ObservedEndpoint } from '../engine.ts'
import type { BalancerTable, TableMember } from './balancer-table.ts'
import { byPlace, isAsKnown } from './live.ts'
import type { Manifest } from './manifest.ts'
import { GONE, membersOf, placeOf } from './member.ts'

/**
 * What the balancers really have. A member's note tells that all the view says of it is as known; else
 * what the member itself says is told, from the first balancer where it differs. Pure.
 * @param known a service's endpoints as they were given last
 */
export function observation(
  manifest: Manifest,
  tables: readonly BalancerTable[],
  known: (service: string) => readonly Endpoint[],
): Observation {
  const services = manifest.services.map(({ name, balancers, growing }) => {
    const endpoints = known(name)
    const members = membersOf({ endpoints, ...growing })
    for (const table of tables) {
      for (const balancer of balancers) {
        const has = table.get(balancer.name) ?? []
        const there = has.filter((member) => !isGone(member))
        const places = byPlace(there)
        const asKnown =
          there.length === members.length &&
          members.every((member) => {
            const present = places.get(placeOf(member))
            return present !== undefined && isAsKnown(present, member, has.length)
          })
        if (!asKnown) return [name, there.map(asItSays)] as const
      }
    }
    const health = 'unknown' as const
    return [name, endpoints.map((endpoint) => ({ ...endpoint, health }))] as const
  })
  return { generation: manifest.generation, services: new Map(services) }
}

function isGone({ disabled, note }: TableMember): boolean {
  return disabled && note === GONE
}

function asItSays(member: TableMember): ObservedEndpoint {
  const { route, address, port, loadFactor, disabled, draining } = member
  return {
    id: route === '' ? `${address}.${port}`.replaceAll(':', '.') : route,
    address,
    port,
    weight: Math.round(loadFactor),
    state: disabled ? 'down' : draining ? 'draining' : 'up',
    health: 'unknown',
  }
}
