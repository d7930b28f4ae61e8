import { HealthMonitor } from '@zoogate/balancer'
import {
  type ResourceMap,
  resourceOf,
  resourcesOf,
} from '../../../../packages/zoogate/src/model/resources/resource.ts'
import { serviceSettings } from '../../../../packages/zoogate/src/model/view/service-settings.ts'
import type { Endpoint } from '../../../../packages/zoogate/src/model/view/view.ts'
import type { Step } from '../case-schema.ts'

type Change = NonNullable<Step['endpoints']>[string][string]

/** The endpoints of fixed pools, with what cases change of them and what checks see of them. */
export class Endpoints {
  readonly #resources: ResourceMap
  readonly #changes = new Map<string, Change>()
  readonly #failing = new Set<string>()
  readonly #monitors: HealthMonitor[] = []

  constructor(resources: ResourceMap) {
    this.#resources = resources
  }

  of = (service: string): readonly Endpoint[] =>
    this.#fixed(service).flatMap((endpoint) => {
      const key = `${service}/${endpoint.id}`
      const { weight = endpoint.weight, state = endpoint.state } = this.#changes.get(key) ?? {}
      if (state === 'gone') return []
      return [{ ...endpoint, weight, state: this.#failing.has(key) ? 'down' : state }]
    })

  change(service: string, id: string, change: Change): void {
    if (!this.#fixed(service).some((endpoint) => endpoint.id === id)) {
      throw new Error(`${service} has no endpoint ${id}`)
    }
    const key = `${service}/${id}`
    this.#changes.set(key, { ...this.#changes.get(key), ...change })
  }

  /** Makes the checks, as the agent does for engines that cannot. */
  check(onChange: () => void): void {
    for (const service of resourcesOf(this.#resources, 'Service')) {
      const { name } = service.metadata
      const { healthCheck } = serviceSettings(service).pool
      if (healthCheck === undefined) continue
      const monitor = new HealthMonitor({
        onChange: ({ id, passing }) => {
          if (passing) this.#failing.delete(`${name}/${id}`)
          else this.#failing.add(`${name}/${id}`)
          onChange()
        },
      })
      this.#monitors.push(monitor)
      for (const endpoint of this.#fixed(name)) monitor.add(endpoint.id, endpoint, healthCheck)
    }
  }

  close(): void {
    for (const monitor of this.#monitors) monitor.close()
  }

  #fixed(service: string): readonly Endpoint[] {
    const resource = resourceOf(this.#resources, 'Service', service)
    const source = resource === undefined ? undefined : serviceSettings(resource).source
    return source?.type === 'static' ? source.endpoints : []
  }
}
