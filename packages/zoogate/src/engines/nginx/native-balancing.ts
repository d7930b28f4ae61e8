import { sessionCookie } from '../../model/session-cookie.ts'
import type { ServicePool } from '../../model/view.ts'
import type { Balancing, Target } from './balancing.ts'
import { block, directive } from './directive.ts'
import { tablePages } from './endpoint-table.ts'
import { CARRIED, REASONS } from './features.ts'
import { CONTROL_PATHS } from './files.ts'
import { applyEndpoints, plan } from './live.ts'
import { observe } from './stats.ts'
import {
  hasPicks,
  renderUpstreams,
  renewsCookie,
  setCookieVariable,
  targetVariable,
  upstreamName,
} from './upstream.ts'

/** nginx's own upstreams. It takes nothing without a reload, endpoints included. */
export const nativeBalancing: Balancing = {
  features: CARRIED,
  reasons: REASONS,
  countsSessions: false,
  modules: () => [],
  settings: () => [],
  upstreams: renderUpstreams,
  target,
  copyTarget: (pool) => (hasPicks(pool) ? upstreamName(pool.name) : undefined),
  certificate: () => [],
  controlLocations: (view, generation) =>
    tablePages(view, generation).map((page, index) =>
      block(
        ['location', '=', `${CONTROL_PATHS.endpoints}${index}`],
        [directive('return', 200, page)],
      ),
    ),
  files: () => new Map(),
  plan,
  live: (ask) => ({ observe: () => observe(ask), applyEndpoints }),
}

function target(pool: ServicePool): Target | undefined {
  const canPick = hasPicks(pool)
  if (sessionCookie(pool) === undefined) {
    return canPick ? { upstream: upstreamName(pool.name), directives: [] } : undefined
  }
  if (!canPick && pool.endpoints.every(({ state }) => state === 'down')) return undefined
  const upstream = targetVariable(pool.name)
  const unlessOwned = block(['if', '(', upstream, '=', '', ')'], [directive('return', 503)])
  return {
    upstream,
    directives: canPick ? [] : [unlessOwned],
    ...(renewsCookie(pool) ? { cookie: setCookieVariable(pool.name) } : {}),
  }
}
