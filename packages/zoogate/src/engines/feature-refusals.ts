import { FEATURES, type FeatureName } from '../model/features/index.ts'
import { formatFieldPath } from '../model/field-path.ts'
import type { View } from '../model/view/view.ts'
import type { EngineRefusal, FeatureReasons } from './engine.ts'

/** What of a view an engine does not carry at all: nothing is silently left out. Pure. */
export function featureRefusals(
  view: View,
  engine: string,
  carried: ReadonlySet<FeatureName>,
  reasons: FeatureReasons = {},
): readonly EngineRefusal[] {
  // A native configuration says all else itself.
  const asked = FEATURES.filter(({ name }) => {
    return view.native === undefined || name === 'Gateway.spec.native'
  })
  return asked
    .filter(({ name }) => !carried.has(name))
    .flatMap(({ name, title, uses }) =>
      uses(view).map(({ resource, path }) => ({
        resource,
        field: formatFieldPath(path),
        message: reasons[name] ?? `the ${engine} engine has no ${title}`,
      })),
    )
}
