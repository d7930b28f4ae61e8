import { isDeepStrictEqual } from 'node:util'
import { checkResource } from '../../../packages/zoogate/src/model/checks/resource-checks.ts'
import {
  type Resource,
  type ResourceMap,
  resourceKey,
} from '../../../packages/zoogate/src/model/resources/resource.ts'
import type { EngineName } from '../../../packages/zoogate/src/model/view/view.ts'
import { gatewayOf } from './case-resources.ts'

/** A Gateway may have so many listeners. */
const LISTENERS_MAX = 64

/** A case's own resources, and the word before all of its names in a Gateway that it shares. */
export interface Member {
  readonly prefix: string
  readonly alone: boolean
  readonly resources: ResourceMap
}

/**
 * Cases that can be served by one Gateway at once, since their own are alike but for the listeners:
 * each keeps its listeners to itself, so no case sees another's routes.
 */
export function batchesOf<T extends Member>(members: readonly T[]): readonly (readonly T[])[] {
  const batches: { readonly members: T[]; listeners: number }[] = []
  for (const member of members) {
    const count = listenersOf(member.resources).length
    const batch = member.alone
      ? undefined
      : batches.find(({ members: [first], listeners }) => {
          if (first === undefined || first.alone || listeners + count > LISTENERS_MAX) return false
          return isDeepStrictEqual(commonSpec(first), commonSpec(member))
        })
    if (batch === undefined) batches.push({ members: [member], listeners: count })
    else {
      batch.members.push(member)
      batch.listeners += count
    }
  }
  return batches.map((batch) => batch.members)
}

function listenersOf(resources: ResourceMap) {
  return gatewayOf(resources).spec.listeners ?? []
}

function commonSpec({ resources }: Member): object {
  const { listeners: _, ...spec } = gatewayOf(resources).spec
  return spec
}

/** The resources of all in one Gateway, `edge`. */
export function mergeMembers(engine: EngineName, members: readonly Member[]): ResourceMap {
  const merged = new Map<string, Resource>()
  const listeners = members.flatMap(({ prefix, resources }) =>
    listenersOf(resources).map((listener) => {
      return { ...asRecord(renameRefs(listener, prefix)), name: prefix + listener.name }
    }),
  )
  const common = members[0] === undefined ? {} : commonSpec(members[0])
  const gateway = checked({
    apiVersion: 'zoogate/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: { ...common, engine, listeners },
  })
  merged.set(resourceKey(gateway), gateway)
  for (const { prefix, resources } of members) {
    const names = listenersOf(resources).map(({ name }) => name)
    for (const resource of resources.values()) {
      if (resource.kind === 'Gateway') continue
      const renamed = asRecord(renameRefs(resource, prefix))
      const spec = asRecord(renamed['spec'] ?? {})
      const parents = spec['parentRefs']
      const own = checked({
        ...renamed,
        metadata: { ...resource.metadata, name: prefix + resource.metadata.name },
        spec: Array.isArray(parents)
          ? { ...spec, parentRefs: parents.flatMap((parent) => attached(parent, names, prefix)) }
          : spec,
      })
      merged.set(resourceKey(own), own)
    }
  }
  return merged
}

/** To the listeners of its own case, and to no other of the Gateway that they share. */
function attached(parent: unknown, listeners: readonly string[], prefix: string): object[] {
  const section = asRecord(parent)['sectionName']
  return listeners
    .filter((name) => section === undefined || section === name)
    .map((name) => ({ name: 'edge', sectionName: prefix + name }))
}

/** What `backendRefs`, `caRef` and the like name is the case's own. */
function renameRefs(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renameRefs(item, prefix))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const below = renameRefs(field, prefix)
      if (key === 'parentRefs' || !/Refs?$/.test(key)) return [key, below]
      return [
        key,
        Array.isArray(below) ? below.map((ref) => named(ref, prefix)) : named(below, prefix),
      ]
    }),
  )
}

function named(ref: unknown, prefix: string): unknown {
  const record = asRecord(ref)
  return { ...record, name: prefix + String(record['name']) }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('not an object')
  return { ...value }
}

function checked(value: unknown): Resource {
  const result = checkResource(value)
  if ('resource' in result) return result.resource
  const [issue] = result.issues
  throw new Error(`${issue?.path.join('.')} ${issue?.message}`)
}
