import type { FieldPath } from '../field-path.ts'
import type { View } from '../view/view.ts'

/**
 * Something that the model can say and an engine may or may not carry. Its name is the field that
 * says it, as in `zoogate explain`, with `=` and the value where only that value is meant.
 */
export interface Feature {
  readonly name: string
  /** What it is, in a word or two: `rate limits`. */
  readonly title: string
  /** Where a view makes use of it: fields of the view. */
  uses(view: View): readonly FeatureUse[]
}

export interface FeatureUse {
  /** `HTTPRoute/shop` */
  readonly resource: string
  readonly path: FieldPath
}
