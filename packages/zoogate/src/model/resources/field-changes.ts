import { type FieldPath, formatFieldPath } from '../field-path.ts'
import { canonicalJson } from '../values/canonical-json.ts'
import type { Resource } from './resource.ts'

/** One field that differs; absent on the side where it is not written. */
export interface FieldChange {
  readonly field: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Which fields differ between two resources, the smallest that do, sorted as they are written. Pure. */
export function fieldChanges(
  before: Resource | undefined,
  after: Resource | undefined,
): readonly FieldChange[] {
  const changes: FieldChange[] = []
  compare(before, after, [], changes)
  return changes
}

function compare(before: unknown, after: unknown, path: FieldPath, changes: FieldChange[]): void {
  if (canonicalJson(before) === canonicalJson(after)) return
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare(before[index], after[index], [...path, index], changes)
    }
  } else if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[name], after[name], [...path, name], changes)
    }
  } else {
    changes.push({
      field: formatFieldPath(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
