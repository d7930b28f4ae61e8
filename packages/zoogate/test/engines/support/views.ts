import type { RenderContext } from '../../../src/engines/engine.ts'
import type {
  Algorithm,
  Endpoint,
  Listener,
  Route,
  ServicePool,
  View,
} from '../../../src/model/view/view.ts'

/** Where a node's files would lie. */
export const CONTEXT: RenderContext = {
  paths: {
    folder: '/var/lib/zoogate/edge',
    current: '/var/lib/zoogate/edge/current',
    logs: '/var/log/zoogate/edge',
    run: '/run/zoogate/edge',
  },
  generation: '7',
}

/** Views for tests: what is not said is the plainest there is. */
export function viewOf(
  parts: Partial<Omit<View, 'services' | 'concurrency'>> & {
    services?: readonly ServicePool[]
    concurrency?: Partial<View['concurrency']>
  } & Pick<View, 'tcpRoutes' | 'clientAddress' | 'limits' | 'secrets'> = {},
): View {
  const { tcpRoutes, clientAddress, limits, secrets } = parts
  return {
    gateway: 'edge',
    revision: 1,
    listeners: [listenerOf(8080)],
    routes: [routeOf('shop')],
    ...parts,
    services: new Map((parts.services ?? [serviceOf('shop', [])]).map((pool) => [pool.name, pool])),
    concurrency: { workers: 2, maxConnections: 1000, keepAliveMs: 60_000, ...parts.concurrency },
    ...(tcpRoutes === undefined ? {} : { tcpRoutes }),
    ...(clientAddress === undefined ? {} : { clientAddress }),
    ...(limits === undefined ? {} : { limits }),
    ...(secrets === undefined ? {} : { secrets }),
  }
}

export function listenerOf(port: number, parts: Partial<Listener> = {}): Listener {
  return { name: 'http', address: '127.0.0.1', port, protocol: 'HTTP', ...parts }
}

/** All requests of listener `http` to one service, unless told otherwise. */
export function routeOf(service: string, parts: Partial<Route> = {}): Route {
  return {
    id: `${service}.0.0.0`,
    listeners: ['http'],
    path: { type: 'PathPrefix', value: '/' },
    headers: [],
    backends: [{ service, weight: 1 }],
    timeouts: {},
    ...parts,
  }
}

export function serviceOf(
  name: string,
  endpoints: readonly Endpoint[],
  parts: Partial<ServicePool> & { algorithm?: Algorithm } = {},
): ServicePool {
  return {
    name,
    algorithm: 'roundRobin',
    connections: { connectTimeoutMs: 1_000 },
    endpoints,
    ...parts,
  }
}

export function endpointOf(id: string, port: number, parts: Partial<Endpoint> = {}): Endpoint {
  return { id, address: '127.0.0.1', port, weight: 1, state: 'up', ...parts }
}
