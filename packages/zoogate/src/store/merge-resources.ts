import type { DesiredState, SecretVersions } from '../model/resources/desired-state.ts'
import { compareText, type ResourceMap } from '../model/resources/resource.ts'
import { canonicalJson } from '../model/values/canonical-json.ts'

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

/** What differs between two desired states, Secrets that only have other bytes included. */
export function stateChanges(from: DesiredState, to: DesiredState): ResourceChanges {
  return withSecretChanges(changesBetween(from.resources, to.resources), from.secrets, to.secrets)
}

/** The same, with the Secrets that only have other bytes among the updated. */
export function withSecretChanges(
  changes: ResourceChanges,
  from: SecretVersions,
  to: SecretVersions,
): ResourceChanges {
  const { created, updated } = changes
  const other = [...to]
    .filter(([name, version]) => from.get(name) !== version)
    .map(([name]) => `Secret/${name}`)
    .filter((key) => !created.includes(key) && !updated.includes(key))
  return { ...changes, updated: [...updated, ...other].sort(compareText) }
}

export function hasChanges({ created, updated, deleted }: ResourceChanges): boolean {
  return created.length + updated.length + deleted.length > 0
}
