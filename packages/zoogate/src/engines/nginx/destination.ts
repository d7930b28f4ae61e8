import { ANSWERS as TEXTS } from '@zoogate/proxy/request-rules'
import type { Route, ServicePool } from '../../model/view.ts'
import type { Balancing } from './balancing.ts'
import { block, type Directive, directive } from './directive.ts'
import { hiddenHeaders } from './hidden-headers.ts'

/**
 * A destination is where a request goes once its route is known: a service, under a route's timeouts.
 * It is a named location of nginx, in three modes that differ in what becomes of the connections.
 */
export interface Destination {
  /** `@shop`, with the timeouts where there are any: `@shop.request.3000`. Without a mode. */
  readonly name: string
  readonly pool: ServicePool
  readonly timeouts: Route['timeouts']
}

/**
 * The mode is the end of the location's name, chosen for each request (see `render.ts`): none is the
 * everyday one, `+close` ends the client's connection after the response, `+tunnel` is a WebSocket.
 */
const MODES = ['', '+close', '+tunnel'] as const
type Mode = (typeof MODES)[number]

/** No service's name has a dot, so these are none. */
export const NO_ROUTE = '@.404'
export const UNAVAILABLE = '@.503'
const BROKEN = '@.502'
const TIMEOUT = '@.504'
/** What every server has for the failures of endpoints. */
export const FAILURES = [BROKEN, UNAVAILABLE, TIMEOUT] as const
export type Answer = typeof NO_ROUTE | (typeof FAILURES)[number]

const ANSWERS: Readonly<Record<Answer, readonly [status: number, text: string]>> = {
  [NO_ROUTE]: [404, TEXTS.noRoute],
  [BROKEN]: [502, TEXTS.broken],
  [UNAVAILABLE]: [503, TEXTS.unavailable],
  [TIMEOUT]: [504, TEXTS.timeout],
}

/**
 * Where nginx goes when it gives up on a service. An endpoint that could not be connected to in time
 * counts as one that was not reached, and not as one that was slow: its try has no connect time.
 * Where none of the tries has one, nobody was reached.
 */
export function failurePages(): readonly Directive[] {
  const failures = [
    [502, BROKEN],
    [504, TIMEOUT],
  ] as const
  return [
    // The way to a destination is one error page, and the way from it another.
    directive('recursive_error_pages', 'on'),
    ...failures.flatMap(([status, answer]) => [
      block(
        ['map', '$upstream_connect_time', `$zoogate_failure_${status}`],
        [directive('default', answer), directive('~^-(?:[,: ]+-)*\\z', UNAVAILABLE)],
      ),
      directive('error_page', status, '=', `$zoogate_failure_${status}$zoogate_mode`),
    ]),
  ]
}

/** Idle time of a WebSocket, in either direction. nginx has one timeout for head and tunnel. */
const TUNNEL_IDLE_MS = 3_600_000

/** How long an endpoint may be silent where the route says nothing: nginx's own default. */
const SILENCE_MS = 60_000

/** How long other endpoints are tried where the route says nothing. */
const RETRY_MS = 10_000

export function destinationOf(pool: ServicePool, timeouts: Route['timeouts']): Destination {
  const { requestMs, backendRequestMs } = timeouts
  const name = [
    `@${pool.name}`,
    ...(requestMs === undefined ? [] : ['request', requestMs]),
    ...(backendRequestMs === undefined ? [] : ['backend', backendRequestMs]),
  ].join('.')
  return { name, pool, timeouts }
}

/** The named locations of a destination. */
export function renderDestination(
  destination: Destination,
  balancing: Balancing,
): readonly Directive[] {
  return MODES.map((mode) =>
    block(
      ['location', destination.name + mode],
      [
        ...connectionMode(mode),
        ...(mode === '+tunnel' ? hiddenHeaders('tunnel') : []),
        ...proxyTo(destination, mode, balancing),
      ],
    ),
  )
}

/** The named locations that answer without a service: see {@link Answer}. */
export function renderAnswer(name: Answer): readonly Directive[] {
  const [status, text] = ANSWERS[name]
  return MODES.map((mode) =>
    block(['location', name + mode], [...connectionMode(mode), directive('return', status, text)]),
  )
}

/** A refused upgrade closes its connection too, so that no drain is missed while it is idle. */
function connectionMode(mode: Mode): readonly Directive[] {
  return mode === '' ? [] : [directive('keepalive_timeout', 0)]
}

function proxyTo(
  { pool, timeouts }: Destination,
  mode: Mode,
  balancing: Balancing,
): readonly Directive[] {
  const target = balancing.target(pool)
  if (target === undefined) return [directive('return', 503, TEXTS.unavailable)]
  const { upstream, directives, cookie } = target
  return [
    ...directives,
    ...(cookie === undefined ? [] : [directive('add_header', 'Set-Cookie', cookie, 'always')]),
    directive('proxy_pass', `http://${upstream}`),
    ...limits(),
  ]

  /**
   * `backendRequest` bounds the silence in one attempt, `request` when the last attempt may begin; on
   * its own it bounds the attempt too. So a request that keeps failing late takes at most
   * `request + backendRequest`: nginx has no clock over the whole.
   */
  function limits(): readonly Directive[] {
    const { requestMs, backendRequestMs } = timeouts
    const silenceMs = Math.min(requestMs ?? Infinity, backendRequestMs ?? Infinity)
    const silence = `${Number.isFinite(silenceMs) ? silenceMs : SILENCE_MS}ms`
    const connectMs = Math.min(pool.connections.connectTimeoutMs, silenceMs)
    return [
      directive('proxy_connect_timeout', `${connectMs}ms`),
      directive('proxy_send_timeout', mode === '+tunnel' ? `${TUNNEL_IDLE_MS}ms` : silence),
      directive('proxy_read_timeout', mode === '+tunnel' ? `${TUNNEL_IDLE_MS}ms` : silence),
      directive('proxy_next_upstream_timeout', `${requestMs ?? RETRY_MS}ms`),
    ]
  }
}
