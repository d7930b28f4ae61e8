import type { View } from '../../model/view/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { oncePerObject } from '../once-per-object.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import type { Balancing } from './balancing.ts'
import { nativeBalancing } from './native-balancing.ts'
import { gatewayRefusals } from './refusals/gateway-refusals.ts'
import { routeRefusals, tcpRouteRefusals } from './refusals/route-refusals.ts'
import { hashRefusals, serviceRefusals, sessionLimitRefusals } from './refusals/service-refusals.ts'

/**
 * What nginx cannot carry of a view, by field. It also checks the grammar of every text that goes
 * into the configuration: resources and registrations are checked where they come in, and here once
 * more, so that rendering does not depend on it.
 */
export function refusals(
  view: View,
  { features, reasons, countsSessions }: Balancing = nativeBalancing,
): readonly EngineRefusal[] {
  const pools = [...view.services.values()]
  return [
    ...featureRefusals(view, 'nginx', features, reasons),
    ...sharedRouteRefusals(view),
    ...gatewayRefusals(view),
    ...routesOnce(view.routes),
    ...(view.tcpRoutes ?? []).flatMap((route, index) => tcpRouteRefusals(view, route, index)),
    ...pools.flatMap(poolOnce),
    ...(countsSessions ? [] : pools.flatMap(sessionLimitRefusals)),
    ...hashRefusals(view),
  ]
}

const poolOnce = oncePerObject(serviceRefusals)
const routesOnce = oncePerObject((routes: View['routes']) => routes.flatMap(routeRefusals))
