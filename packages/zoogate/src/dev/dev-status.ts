import { type ResourceMap, resourcesOf } from '../model/resources/resource.ts'
import { listenerUrl } from '../model/view/listener-url.ts'
import { listenersOf } from '../model/view/listeners.ts'
import type { NodeStatus } from '../store/node-reports.ts'
import type { DevGateway } from './table.ts'

export interface GatewayFacts {
  readonly nodes: readonly NodeStatus[]
  readonly target: number
  readonly leftOut: string | undefined
}

/** A row for each Gateway, from the desired state and what the nodes report. Pure. */
export function devGateways(
  resources: ResourceMap,
  factsOf: (gateway: string) => GatewayFacts,
): readonly DevGateway[] {
  return resourcesOf(resources, 'Gateway').map((gateway) => {
    const { nodes, target, leftOut } = factsOf(gateway.metadata.name)
    const report = nodes.find(({ alive }) => alive)?.report
    const problem = leftOut ?? report?.lastError?.message
    return {
      name: gateway.metadata.name,
      engine: gateway.spec.engine,
      urls: listenersOf(gateway).map((listener) => listenerUrl(listener, '127.0.0.1')),
      revision: report?.revision ?? 0,
      target,
      state: leftOut === undefined ? (report?.state ?? 'starting') : 'left out',
      services: Object.entries(report?.services ?? {}).map(([name, service]) => ({
        name,
        up: service.up,
        all: service.up + service.draining + service.down,
      })),
      ...(problem === undefined ? {} : { problem }),
    }
  })
}
