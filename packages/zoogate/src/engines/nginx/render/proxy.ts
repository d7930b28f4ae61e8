import type { Route, ServicePool } from '../../../model/view/view.ts'
import type { Target } from '../balancing.ts'
import type { Mode } from './answers.ts'
import { cacheResponses } from './cache.ts'
import { type Directive, directive } from './directive.ts'
import { endpointHeaders } from './endpoint-headers.ts'
import { endpointTls } from './endpoint-tls.ts'
import { changedLines, type HeaderLine, hideChanged } from './header-changes.ts'
import { type ONCE, retries } from './retry.ts'
import { changedPath } from './rewrite.ts'
import type { ServerContext } from './server.ts'

/** Idle time of a WebSocket, in either direction. nginx has one timeout for head and tunnel. */
const TUNNEL_IDLE_MS = 3_600_000

/** How long an endpoint may be silent where the route says nothing: nginx's own default. */
const SILENCE_MS = 60_000

/** How long other endpoints are tried where the route says nothing. */
const RETRY_MS = 10_000

/** Hands the request to an endpoint of the service. */
export function proxyTo(
  pool: ServicePool,
  { upstream, directives, cookie }: Target,
  route: Route,
  { mode, ending }: { readonly mode: Mode; readonly ending: typeof ONCE | '' },
  context: ServerContext,
): readonly Directive[] {
  const { view } = context
  const tunnel = mode === '+tunnel'
  return [
    ...directives,
    ...hideChanged('proxy', tunnel ? 'tunnel' : 'response', route.responseHeaders),
    ...requestLines(route, context).map(([name, value]) =>
      directive('proxy_set_header', name, value),
    ),
    ...(cookie === undefined ? [] : [directive('add_header', 'Set-Cookie', cookie, 'always')]),
    ...(tunnel ? [] : cacheResponses('proxy', pool.name, route)),
    ...retries(route.retry, ending),
    ...endpointTls(pool),
    passTo(pool, upstream, newPath(route, context)),
    ...limits('proxy', pool.connections.connectTimeoutMs, route.timeouts, {
      idleMs: view.limits?.idleMs,
      tunnel,
    }),
  ]
}

/** A copy for a service whose answer nobody waits for. Sessions are not kept: it sees but a share. */
export function mirrorTo(
  pool: ServicePool,
  upstream: string,
  route: Route,
  context: ServerContext,
): readonly Directive[] {
  const path = newPath(route, context) || '$zoogate_target'
  return [
    ...requestLines(route, context).map(([name, value]) =>
      directive('proxy_set_header', name, value),
    ),
    ...endpointTls(pool),
    directive('proxy_next_upstream', 'off'),
    passTo(pool, upstream, path),
    ...limits('proxy', pool.connections.connectTimeoutMs, route.timeouts, {
      idleMs: context.view.limits?.idleMs,
      tunnel: false,
    }),
  ]
}

function passTo(pool: ServicePool, upstream: string, path: string): Directive {
  return directive(
    'proxy_pass',
    `${pool.tls === undefined ? 'http' : 'https'}://${upstream}${path}`,
  )
}

/** Empty: as the client wrote it. */
function newPath({ rewrite, path }: Route, { shared }: ServerContext): string {
  if (rewrite?.path === undefined) return ''
  return `${changedPath(rewrite.path, path, shared)}$is_args$args`
}

/** None where what holds for all requests says it. */
function requestLines(
  { rewrite, requestHeaders }: Route,
  { view, shared }: ServerContext,
): readonly HeaderLine[] {
  if (rewrite?.hostname === undefined && requestHeaders === undefined) return []
  const { hostname } = rewrite ?? {}
  const own = endpointHeaders(view, shared).map(
    ([name, value]): HeaderLine =>
      name === 'Host' && hostname !== undefined ? [name, hostname] : [name, value],
  )
  return changedLines(own, requestHeaders, shared)
}

/**
 * `backendRequest` bounds the silence in one attempt, `request` when the last attempt may begin; on
 * its own it bounds the attempt too. So a request that keeps failing late takes at most
 * `request + backendRequest`: nginx has no clock over the whole.
 */
export function limits(
  kind: 'proxy' | 'fastcgi',
  connectTimeoutMs: number,
  { requestMs, backendRequestMs }: Route['timeouts'],
  { idleMs, tunnel }: { readonly idleMs: number | undefined; readonly tunnel: boolean },
): readonly Directive[] {
  const wantedMs = Math.min(requestMs ?? Infinity, backendRequestMs ?? Infinity)
  const silenceMs = Number.isFinite(wantedMs) ? wantedMs : (idleMs ?? SILENCE_MS)
  const tunnelMs = idleMs ?? TUNNEL_IDLE_MS
  const silence = `${tunnel ? tunnelMs : silenceMs}ms`
  return [
    directive(`${kind}_connect_timeout`, `${Math.min(connectTimeoutMs, silenceMs)}ms`),
    directive(`${kind}_send_timeout`, silence),
    directive(`${kind}_read_timeout`, silence),
    directive(`${kind}_next_upstream_timeout`, `${requestMs ?? RETRY_MS}ms`),
  ]
}
