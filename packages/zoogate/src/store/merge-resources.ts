import { canonicalJson } from '../model/canonical-json.ts'
import { compareText, type ResourceMap } from '../model/resource.ts'

export interface ResourceChanges {
  /** Keys, sorted. */
  readonly created: readonly string[]
  readonly updated: readonly string[]
  readonly deleted: readonly string[]
}

export interface MergedResources {
  readonly resources: ResourceMap
  readonly changes: ResourceChanges
}

/**
 * The desired state with some resources put in and others taken out, by kind and name. Whoever
 * writes at the same time keeps what they wrote, but for the same resource: there the last one wins.
 */
export function mergeResources(
  base: ResourceMap,
  put: ResourceMap,
  remove: Iterable<string> = [],
): MergedResources {
  const merged = new Map(base)
  for (const key of remove) if (!put.has(key)) merged.delete(key)
  for (const [key, resource] of put) merged.set(key, resource)
  const resources = new Map([...merged].sort(([a], [b]) => compareText(a, b)))
  return { resources, changes: changesBetween(base, resources) }
}

export function changesBetween(from: ResourceMap, to: ResourceMap): ResourceChanges {
  const created: string[] = []
  const updated: string[] = []
  for (const [key, resource] of to) {
    const before = from.get(key)
    if (before === undefined) created.push(key)
    else if (canonicalJson(before) !== canonicalJson(resource)) updated.push(key)
  }
  const deleted = [...from.keys()].filter((key) => !to.has(key))
  return {
    created: created.sort(compareText),
    updated: updated.sort(compareText),
    deleted: deleted.sort(compareText),
  }
}

export function hasChanges({ created, updated, deleted }: ResourceChanges): boolean {
  return created.length + updated.length + deleted.length > 0
}
