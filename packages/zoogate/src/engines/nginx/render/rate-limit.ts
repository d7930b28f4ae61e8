import type { RateLimit, Route } from '../../../model/view/view.ts'
import { headerVariable } from './condition.ts'
import { type Directive, directive } from './directive.ts'
import type { SharedVariables } from './shared-variables.ts'

/** So many of a key's counts fit: some 80,000. The one that was not used for longest makes room. */
const ZONE_SIZE = '10m'

const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/**
 * `requests` at once pass, and each part of the time lets its part of them pass again: nginx counts
 * by a bucket that leaks, not by windows.
 */
export function limitRate(
  route: Pick<Route, 'id' | 'rateLimit'>,
  shared: SharedVariables,
): readonly Directive[] {
  const { rateLimit } = route
  if (rateLimit === undefined) return []
  const { key, requests } = rateLimit
  // A reload keeps the counts of a zone by its name, and fails where its key is another one.
  const zone = `${key.type}.${key.type === 'header' ? key.name.toLowerCase() : ''}.${route.id}`
  const counted = key.type === 'header' ? headerVariable(key.name) : '$binary_remote_addr'
  shared.declare(
    zone,
    directive(
      'limit_req_zone',
      counted,
      `zone=${zone}:${ZONE_SIZE}`,
      `rate=${leakRate(rateLimit) ?? '1r/s'}`,
    ),
  )
  const burst = requests === 1 ? [] : [`burst=${requests - 1}`]
  return [
    directive('limit_req', `zone=${zone}`, ...burst, 'nodelay'),
    directive('limit_req_status', 429),
  ]
}

/** As nginx says it: whole numbers for each second, or each minute. Undefined: less than one a minute. */
export function leakRate({ requests, perMs }: RateLimit): string | undefined {
  const perSecond = (requests * SECOND_MS) / perMs
  const perMinute = (requests * MINUTE_MS) / perMs
  // Rounding is at most half a request a minute, or a sixtieth of the rate.
  if (Number.isInteger(perSecond) || perSecond > 60) return `${Math.round(perSecond)}r/s`
  return perMinute < 1 ? undefined : `${Math.round(perMinute)}r/m`
}
