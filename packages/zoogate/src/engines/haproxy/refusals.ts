import type { View } from '../../model/view/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { oncePerObject } from '../once-per-object.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import { CARRIED, REASONS } from './features.ts'
import { gatewayRefusals } from './refusals/gateway-refusals.ts'
import { routeRefusals, tcpRouteRefusals } from './refusals/route-refusals.ts'
import { serviceRefusals, sharingRefusals } from './refusals/service-refusals.ts'
import { variantsByService } from './render/variants.ts'

const poolOnce = oncePerObject(serviceRefusals)
const routesOnce = oncePerObject((routes: View['routes']) => routes.flatMap(routeRefusals))

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
    ...routesOnce(view.routes),
    ...(view.tcpRoutes ?? []).flatMap(tcpRouteRefusals),
    ...[...view.services.values()].flatMap((pool) => [
      ...poolOnce(pool),
      ...sharingRefusals(pool, variants.get(pool.name) ?? []),
    ]),
  ]
}
