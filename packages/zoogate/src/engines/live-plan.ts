import type { View } from '../model/view.ts'
import type { Plan } from './engine.ts'
import { viewChanges } from './view-changes.ts'

/**
 * The plan of an engine that takes endpoints without a reload: HAProxy through its runtime API, builtin
 * over its supervisor's socket. All else is in its files, and needs one. Pure.
 */
export function livePlan(from: View | undefined, to: View): Plan {
  if (from === undefined) {
    return { live: [], reload: ['first start'], services: [...to.services.keys()] }
  }
  const { structure, endpoints } = viewChanges(from, to)
  return {
    live: endpoints.flatMap(({ words }) => words),
    reload: structure,
    services: endpoints.map(({ service }) => service),
  }
}
