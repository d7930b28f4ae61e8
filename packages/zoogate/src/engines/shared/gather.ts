import { formatFieldPath } from '../../model/field-path.ts'
import type { EngineRefusal } from '../engine.ts'

export type Refuse = (path: readonly (string | number)[], message: string) => void

/** Gathers what one part of the view is refused for. */
export function gather(
  resource: string,
  check: (refuse: Refuse) => void,
): readonly EngineRefusal[] {
  const found: EngineRefusal[] = []
  check((path, message) => found.push({ resource, field: formatFieldPath(path), message }))
  return found
}
