export type {
  Algorithm,
  EndpointConfig,
  ListenerConfig,
  PoolConfig,
  ProxyConfig,
  RouteConfig,
} from './config.ts'
export type { Counters } from './counters.ts'
export type { EndpointObservation } from './endpoint-pool.ts'
export type { ListenOn } from './front.ts'
export type { Health, HealthWatch, HealthWatchFactory } from './health-watch.ts'
export type { AttemptFailure } from './retry-decision.ts'
export { ReverseProxy, type ReverseProxyOptions } from './reverse-proxy.ts'
export { undiciWire } from './undici-wire.ts'
export type {
  Upstream,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamRequest,
  UpstreamTarget,
  Wire,
} from './wire.ts'
