import type { Gateway } from '../model/resources/gateway.ts'
import { resourcesOf } from '../model/resources/resource.ts'
import type { Service } from '../model/resources/service.ts'
import { listenersOf } from '../model/view/listeners.ts'
import type { NodeStatus } from '../store/node-reports.ts'
import type { Store } from '../store/store.ts'
import { discoveryPathOf } from './instances.ts'
import {
  type GatewayStatus,
  nodeStatus,
  type StatusReport,
  serviceStatus,
} from './status-report.ts'

/** Everything of the newest revision as it is now: rollouts, nodes, registrations, overrides. */
export async function readStatus(
  store: Store,
  now: () => number = Date.now,
): Promise<StatusReport> {
  const revision = await store.readHead()
  const resources = await store.readResources(revision)
  const gateways = await Promise.all(
    resourcesOf(resources, 'Gateway').map(async (gateway) => {
      const { name } = gateway.metadata
      const [rollout, nodes] = await Promise.all([store.readRollout(name), store.readNodes(name)])
      return { gateway, nodes, target: rollout?.target ?? 0 }
    }),
  )
  const nodes = gateways.flatMap((gateway) => gateway.nodes)
  const services = await Promise.all(
    resourcesOf(resources, 'Service').map((service) => readService(store, service, nodes, now)),
  )
  return {
    revision,
    gateways: gateways.map(({ gateway, nodes: own, target }) =>
      gatewayStatus(gateway, own, target),
    ),
    services,
  }
}

async function readService(
  store: Store,
  service: Service,
  nodes: readonly NodeStatus[],
  now: () => number,
) {
  const { name } = service.metadata
  const path = discoveryPathOf(store, service)
  const [registrations, overrides] = await Promise.all([
    path === undefined ? [] : store.readRegistrations(path),
    store.readOverrides(name),
  ])
  const reports = nodes
    .flatMap(({ alive, report }) => (alive && report !== undefined ? [report] : []))
    .sort((a, b) => a.updatedAt.localeCompare(b.updatedAt))
    .flatMap((report) => report.services[name] ?? [])
  return serviceStatus({ service, registrations, overrides, reports, nowMs: now() })
}

function gatewayStatus(
  gateway: Gateway,
  nodes: readonly NodeStatus[],
  target: number,
): GatewayStatus {
  const reported = nodes.find(({ alive, report }) => alive && report?.listeners.length)?.report
  return {
    name: gateway.metadata.name,
    engine: gateway.spec.engine,
    revision: target,
    listeners: reported?.listeners ?? listenersOf(gateway).map(listenerUrl),
    nodes: nodes.map(nodeStatus),
  }
}

/** As seen from this host, until a node says how it is reached. */
function listenerUrl({ name, address, port }: ReturnType<typeof listenersOf>[number]) {
  const host = address === '*' ? '127.0.0.1' : address.includes(':') ? `[${address}]` : address
  return { name, url: `http://${host}:${port}` }
}
