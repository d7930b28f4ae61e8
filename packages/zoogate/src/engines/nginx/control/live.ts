import type { ServicePool, View } from '../../../model/view/view.ts'
import { EngineError, type Plan } from '../../engine.ts'
import { viewChanges } from '../../view-changes.ts'

/**
 * What changes from one view to the next. nginx's own upstreams take nothing without a reload,
 * endpoints included: they have no list of them that could be written to. (The Lua balancer has.)
 */
export function plan(from: View | undefined, to: View): Plan {
  if (from === undefined) {
    return { live: [], reload: ['first start'], services: [...to.services.keys()] }
  }
  const { structure, secrets, endpoints } = viewChanges(from, to, renderedSettings)
  return {
    live: [],
    reload: [
      ...structure,
      ...secrets.map(({ words }) => words),
      ...endpoints.flatMap(({ words }) => words),
    ],
    services: endpoints.map(({ service }) => service),
  }
}

/** What of a service is rendered, but for its endpoints. The agent does the health checks. */
export function renderedSettings({ endpoints: _, healthCheck: __, ...settings }: ServicePool) {
  return settings
}

/**
 * Never called, since no plan of ours says that something is live.
 * @throws EngineError `ENGINE_LIVE_FAILED`
 */
export async function applyEndpoints(services: readonly ServicePool[]): Promise<void> {
  const names = services.map(({ name }) => name).join(', ')
  throw new EngineError('ENGINE_LIVE_FAILED', `nginx takes endpoints by a reload only: ${names}`)
}
