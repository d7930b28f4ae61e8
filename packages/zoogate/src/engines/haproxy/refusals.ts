import type { View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { oncePerPool } from '../once-per-pool.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import { CARRIED, REASONS } from './features.ts'
import { gatewayRefusals } from './gateway-refusals.ts'
import { routeRefusals, tcpRouteRefusals } from './route-refusals.ts'
import { serviceRefusals, sharingRefusals } from './service-refusals.ts'
import { variantsByService } from './variants.ts'

const refusalsOnce = oncePerPool(serviceRefusals)

/**
 * What HAProxy cannot carry of a view, by field: whole features, then values and combinations, and
 * what its language has no words for.
 */
export function refusals(view: View): readonly EngineRefusal[] {
  const variants = variantsByService(view)
  return [
    ...featureRefusals(view, 'haproxy', CARRIED, REASONS),
    ...gatewayRefusals(view),
    ...sharedRouteRefusals(view),
    ...view.routes.flatMap((route, index) => routeRefusals(view, route, index)),
    ...(view.tcpRoutes ?? []).flatMap((route, index) => tcpRouteRefusals(view, route, index)),
    ...[...view.services.values()].flatMap((pool) => [
      ...refusalsOnce(pool),
      ...sharingRefusals(pool, variants.get(pool.name) ?? []),
    ]),
  ]
}
