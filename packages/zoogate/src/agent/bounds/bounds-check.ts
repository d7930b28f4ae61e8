import type { ListenPlace } from '../../engines/engine.ts'
import type { View } from '../../model/view/view.ts'
import { AgentError } from '../agent-error.ts'
import { boundRefusals, listenRefusals } from './bound-refusals.ts'
import type { HostBounds } from './host-bounds.ts'
import { realPathSoFar } from './real-path.ts'

/** Refuses a view that asks for more than the host allows, and places that its text listens on. */
export type BoundsCheck = (view: View, listens?: readonly ListenPlace[]) => Promise<void>

/**
 * Looks at a structure once: views that differ in endpoints alone share their routes and listeners.
 * The check throws AgentError `AGENT_FORBIDDEN`.
 */
export function boundsCheck(bounds: HostBounds): BoundsCheck {
  let allowed: Pick<View, 'routes' | 'listeners' | 'native'> | undefined
  return async (view, listens = []) => {
    const isKnown =
      allowed?.routes === view.routes &&
      allowed.listeners === view.listeners &&
      allowed.native === view.native
    if (isKnown && listens.length === 0) return
    const refusals = [
      ...(isKnown ? [] : await boundRefusals(view, bounds, realPathSoFar)),
      ...listenRefusals(view, listens, bounds),
    ]
    if (refusals.length > 0) {
      const words = refusals.map(
        ({ resource, field, message }) => `${resource} ${field}: ${message}`,
      )
      throw new AgentError('AGENT_FORBIDDEN', words.join('; '))
    }
    allowed = view
  }
}
