import type { EndpointConfig, ListenerConfig, PoolConfig, RouteConfig } from '@zoogate/proxy'
import { sessionCookie } from '../../model/view/session-cookie.ts'
import type { Listener, PathMatch, Route, ServicePool, View } from '../../model/view/view.ts'
import type { RenderContext, RenderedFiles } from '../engine.ts'
import {
  type EndpointsFile,
  endpointsFileName,
  LISTENERS_FILE,
  PROXY_FILE,
  type ProxyFile,
} from './files.ts'

/**
 * A view to the builtin engine's files. The quoting is JSON's own: no value can leave its place. Keys
 * are written in the order of this file, lists in the order of the view: equal views, equal bytes.
 */
export function render(view: View, context: RenderContext): RenderedFiles {
  const services = [...view.services.values()]
  const proxy: ProxyFile = {
    v: 1,
    generation: context.generation,
    gateway: view.gateway,
    revision: view.revision,
    maxConnections: view.concurrency.maxConnections,
    keepAliveMs: view.concurrency.keepAliveMs,
    listeners: view.listeners.map(listenerOf),
    routes: view.routes.map(routeOf),
    pools: services.map(poolOf),
  }
  return new Map([
    [PROXY_FILE, json(proxy)],
    [LISTENERS_FILE, json({ v: 1, listeners: view.listeners.map(listenerOf) })],
    ...services.map(renderService),
  ])
}

/** The endpoint file of one service: its name in the generation folder, and its text. */
export function renderService(pool: ServicePool): [fileName: string, text: string] {
  const file: EndpointsFile = {
    v: 1,
    service: pool.name,
    endpoints: endpointsOf(pool),
  }
  return [endpointsFileName(pool.name), json(file)]
}

/** The endpoints of a service, as the proxy knows them. */
export function endpointsOf(pool: ServicePool): EndpointConfig[] {
  return pool.endpoints.map(({ id, address, port, weight, state }) => ({
    id,
    address,
    port,
    weight,
    state,
  }))
}

function listenerOf({ name, address, port }: Listener): ListenerConfig {
  return { name, address, port }
}

function routeOf(route: Route): ProxyFile['routes'][number] & RouteConfig {
  const { requestMs, backendRequestMs } = route.timeouts
  return {
    id: route.id,
    listeners: [...route.listeners],
    ...(route.hostname === undefined ? {} : { hostname: route.hostname }),
    path: pathOf(route.path),
    ...(route.method === undefined ? {} : { method: route.method }),
    headers: route.headers.map(({ name, value }) => ({ name, value })),
    backends: route.backends.map(({ service, weight }) => ({ pool: service, weight })),
    ...(requestMs === undefined ? {} : { requestTimeoutMs: requestMs }),
    ...(backendRequestMs === undefined ? {} : { attemptTimeoutMs: backendRequestMs }),
  }
}

function pathOf({ type, value }: PathMatch): RouteConfig['path'] {
  if (type === 'RegularExpression') throw new Error('the builtin engine has refused this path')
  return { type, value }
}

function poolOf(pool: ServicePool): ProxyFile['pools'][number] & Omit<PoolConfig, 'endpoints'> {
  const { healthCheck, connections } = pool
  const cookie = sessionCookie(pool)
  return {
    name: pool.name,
    algorithm: pool.algorithm,
    ...(cookie === undefined ? {} : { sessionCookie: cookie }),
    ...(healthCheck === undefined ? {} : { healthCheck }),
    ...(connections.max === undefined ? {} : { connectionsMax: connections.max }),
    connectTimeoutMs: connections.connectTimeoutMs,
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 1)}\n`
}
