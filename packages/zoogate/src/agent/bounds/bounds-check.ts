import type { View } from '../../model/view.ts'
import { AgentError } from '../agent-error.ts'
import { boundRefusals } from './bound-refusals.ts'
import type { HostBounds } from './host-bounds.ts'
import { realPathSoFar } from './real-path.ts'

/** Refuses a view that asks for more than the host allows. */
export type BoundsCheck = (view: View) => Promise<void>

/**
 * Looks at a structure once: views that differ in endpoints alone share their routes and listeners.
 * The check throws AgentError `AGENT_FORBIDDEN`.
 */
export function boundsCheck(bounds: HostBounds): BoundsCheck {
  let allowed: Pick<View, 'routes' | 'listeners' | 'native'> | undefined
  return async (view) => {
    const isKnown =
      allowed?.routes === view.routes &&
      allowed.listeners === view.listeners &&
      allowed.native === view.native
    if (isKnown) return
    const refusals = await boundRefusals(view, bounds, realPathSoFar)
    if (refusals.length > 0) {
      const words = refusals.map(
        ({ resource, field, message }) => `${resource} ${field}: ${message}`,
      )
      throw new AgentError('AGENT_FORBIDDEN', words.join('; '))
    }
    allowed = view
  }
}
