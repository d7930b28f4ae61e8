import type { FeatureName } from '../../../model/features/index.ts'
import type { FeatureReasons } from '../../engine.ts'
import { CARRIED, REASONS } from '../features.ts'

/** What nginx carries with the Lua balancer and not without. */
export const ONLY_WITH_LUA: ReadonlySet<FeatureName> = new Set<FeatureName>([
  'Service.spec.balance.algorithm=peakEWMA',
  'Service.spec.balance.hashOn=header',
  'Service.spec.balance.hashOn=cookie',
  'Service.spec.balance.hashOn=path',
  'Service.spec.sessionPersistence.cookie.mode=Application',
  'Service.spec.sessionPersistence.type=SourceIP',
  'Service.spec.outlierDetection',
  'Service.spec.slowStart',
])

/** All that it does without, and more. */
export const CARRIED_WITH_LUA: ReadonlySet<FeatureName> = new Set<FeatureName>([
  ...CARRIED,
  ...ONLY_WITH_LUA,
])

export const REASONS_WITH_LUA: FeatureReasons = {
  ...REASONS,
  'Service.spec.connections.queue':
    'nginx lets no request wait for an endpoint: what is above connections.max is answered 503',
}
