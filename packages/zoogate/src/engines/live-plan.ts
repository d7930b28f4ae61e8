import type { Secret, View } from '../model/view/view.ts'
import type { Plan } from './engine.ts'
import { viewChanges } from './view-changes.ts'

/**
 * The plan of an engine that takes endpoints without a reload: HAProxy through its runtime API, builtin
 * over its supervisor's socket. All else is in its files, and needs one. Pure.
 * @param liveSecrets types of secrets whose bytes it takes without one. Default: none
 */
export function livePlan(
  from: View | undefined,
  to: View,
  liveSecrets: readonly Secret['type'][] = [],
): Plan {
  if (from === undefined) {
    return { live: [], reload: ['first start'], services: [...to.services.keys()] }
  }
  const { structure, secrets, endpoints } = viewChanges(from, to)
  const isLive = ({ secret }: (typeof secrets)[number]) => liveSecrets.includes(secret.type)
  const live = secrets.filter(isLive)
  const others = secrets.filter((change) => !isLive(change))
  return {
    live: [...live.map(({ words }) => words), ...endpoints.flatMap(({ words }) => words)],
    reload: [...structure, ...others.map(({ words }) => words)],
    services: endpoints.map(({ service }) => service),
    ...(live.length === 0 ? {} : { secrets: live.map(({ secret }) => secret.name) }),
  }
}
