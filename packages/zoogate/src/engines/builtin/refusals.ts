import type { View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { routeRefusals } from '../route-refusals.ts'
import { CARRIED, REASONS } from './features.ts'

/** What the builtin engine cannot carry of a view, by field. */
export function refusals(view: View): readonly EngineRefusal[] {
  return [...featureRefusals(view, 'builtin', CARRIED, REASONS), ...routeRefusals(view)]
}
