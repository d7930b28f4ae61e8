import type { Observation, ObservedEndpoint } from '../../engine.ts'
import type { Manifest } from '../render/manifest.ts'
import { GONE } from '../render/member.ts'
import type { BalancerTable, TableMember } from './balancer-table.ts'
import { byPlace, isAsKnown } from './forms.ts'
import type { Shall } from './shall-have.ts'

/**
 * What the balancers really have. A member's note tells that all the view says of it is as known; else
 * what the member itself says is told, from the first balancer where it differs. Pure.
 * @param shall what a service was given last
 */
export function observation(
  manifest: Manifest,
  tables: readonly BalancerTable[],
  shall: (service: string) => Shall,
): Observation {
  const services = manifest.services.map(({ name, balancers }) => {
    const { endpoints, members } = shall(name)
    for (const table of tables) {
      for (const balancer of balancers) {
        const has = table.get(balancer.name) ?? []
        const there = has.filter((member) => !isGone(member))
        const places = byPlace(there)
        const asKnown =
          there.length === members.length &&
          members.every((member) => {
            const present = places.get(member.place)
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
