import type { Observation, ObservedEndpoint } from '../../engines/engine.ts'
import type { Endpoint, View } from '../../model/view/view.ts'

export interface TableDifference {
  readonly service: string
  readonly id: string
  /** `missing 10.0.0.7:3000`, `state up instead of draining`. */
  readonly what: string
}

/** Where the engine's real table is not what it was given (F11). Pure. */
export function tableDifferences(given: View, observed: Observation): readonly TableDifference[] {
  const differences: TableDifference[] = []
  for (const [service, pool] of given.services) {
    const real = new Map((observed.services.get(service) ?? []).map((one) => [one.id, one]))
    for (const endpoint of pool.endpoints) {
      const what = difference(endpoint, real.get(endpoint.id))
      if (what !== undefined) differences.push({ service, id: endpoint.id, what })
      real.delete(endpoint.id)
    }
    for (const { id, address, port } of real.values()) {
      differences.push({ service, id, what: `${address}:${port} is too many` })
    }
  }
  return differences
}

function difference(given: Endpoint, real: ObservedEndpoint | undefined): string | undefined {
  if (real === undefined) return `${given.address}:${given.port} is missing`
  if (real.address !== given.address || real.port !== given.port) {
    return `${real.address}:${real.port} instead of ${given.address}:${given.port}`
  }
  if (real.state !== given.state) return `${real.state} instead of ${given.state}`
  if (real.weight !== given.weight) return `weight ${real.weight} instead of ${given.weight}`
  return undefined
}
