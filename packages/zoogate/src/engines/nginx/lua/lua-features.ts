import type { FeatureName } from '../../../model/features/index.ts'
import type { FeatureReasons } from '../../feature-refusals.ts'
import { CARRIED, REASONS } from '../features.ts'

/** What nginx carries with the Lua balancer: all that it does without, and more. */
export const CARRIED_WITH_LUA: ReadonlySet<FeatureName> = new Set<FeatureName>([
  ...CARRIED,
  'Service.spec.balance.algorithm=peakEWMA',
  'Service.spec.balance.hashOn=header',
  'Service.spec.balance.hashOn=cookie',
  'Service.spec.balance.hashOn=path',
  'Service.spec.sessionPersistence.cookie.mode=Application',
  'Service.spec.sessionPersistence.type=SourceIP',
  'Service.spec.outlierDetection',
  'Service.spec.slowStart',
])

export const REASONS_WITH_LUA: FeatureReasons = {
  ...REASONS,
  'Service.spec.connections.queue':
    'nginx lets no request wait for an endpoint: what is above connections.max is answered 503',
}
