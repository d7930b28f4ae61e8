import type { View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { routeRefusals } from '../route-refusals.ts'

/** The builtin engine carries all that any does, but more workers than one. */
export function refusals(view: View): readonly EngineRefusal[] {
  const { workers } = view.concurrency
  const routes = routeRefusals(view)
  if (workers === 'auto' || workers === 1) return routes
  return [
    ...routes,
    {
      resource: `Gateway/${view.gateway}`,
      field: 'spec.concurrency.workers',
      message: `the builtin engine has one worker: write 1 or auto instead of ${workers}`,
    },
  ]
}
