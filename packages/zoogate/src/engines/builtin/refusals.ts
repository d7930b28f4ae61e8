import type { View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'

/** The builtin engine carries all of a view but more workers than one. */
export function refusals(view: View): readonly EngineRefusal[] {
  const { workers } = view.concurrency
  if (workers === 'auto' || workers === 1) return []
  return [
    {
      resource: `Gateway/${view.gateway}`,
      field: 'spec.concurrency.workers',
      message: `the builtin engine has one worker: write 1 or auto instead of ${workers}`,
    },
  ]
}
