import { sessionCookie } from '../../model/view/session-cookie.ts'
import type { ServicePool } from '../../model/view/view.ts'
import type { Balancing, Target } from './balancing.ts'
import { applyEndpoints, plan } from './control/live.ts'
import { observe } from './control/stats.ts'
import { CARRIED, REASONS } from './features.ts'
import { block, directive } from './render/directive.ts'
import { tablePages } from './render/endpoint-table.ts'
import { CONTROL_PATHS } from './render/files.ts'
import {
  hasPicks,
  renderUpstreams,
  renewsCookie,
  setCookieVariable,
  targetVariable,
  upstreamName,
} from './render/upstream.ts'

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
