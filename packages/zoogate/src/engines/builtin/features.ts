import type { FeatureName } from '../../model/features/index.ts'
import type { FeatureReasons } from '../engine.ts'

/** What of the model this engine carries. */
export const CARRIED: ReadonlySet<FeatureName> = new Set<FeatureName>([
  'HTTPRoute.spec.rules.matches.method',
  'HTTPRoute.spec.rules.matches.headers',
  'HTTPRoute.spec.rules.timeouts.request',
  'HTTPRoute.spec.rules.timeouts.backendRequest',
  'Service.spec.balance.algorithm=roundRobin',
  'Service.spec.balance.algorithm=random',
  'Service.spec.balance.algorithm=leastRequest',
  'Service.spec.balance.algorithm=powerOfTwoChoices',
  'Service.spec.balance.algorithm=consistentHash',
  'Service.spec.balance.algorithm=peakEWMA',
  'Service.spec.balance.hashOn=sourceIP',
  'Service.spec.sessionPersistence.cookie.mode=Insert',
  'Service.spec.healthCheck.http',
  'Service.spec.healthCheck.tcp',
  'Service.spec.healthCheck.zookeeper',
  'Service.spec.connections.max',
])

/** Why not, and what to do instead. */
export const REASONS: FeatureReasons = {
  'Gateway.spec.native':
    'the builtin engine has no language of its own: use haproxy, nginx or httpd, or listeners and routes',
  'Gateway.spec.concurrency.workers': 'the builtin engine has one worker: write 1 or auto',
}
