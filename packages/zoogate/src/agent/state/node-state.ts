import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { checkResource } from '../../model/checks/resource-checks.ts'
import { PoolMemorySchema } from '../../model/effective-endpoints/memory.ts'
import { OverrideSchema } from '../../model/resources/override.ts'
import { type Resource, type ResourceMap, resourceKey } from '../../model/resources/resource.ts'
import { decodeSecretBytes, encodeSecretBytes } from '../../model/secrets/secret-bytes.ts'
import type { ZnodeText } from '../../model/view/builder.ts'
import type { Secret } from '../../model/view/view.ts'
import type { Secrets } from '../registry/closure-secrets.ts'

const StoredSecretSchema = Type.Object({
  name: Type.String(),
  version: Type.String(),
  /** Decrypted: only this user may read the file. */
  bytes: Type.String(),
})

const StoredPoolSchema = Type.Object({
  service: Type.String(),
  /** Where it was discovered: at another path it is another pool. */
  key: Type.String(),
  memory: PoolMemorySchema,
  /** By instance. */
  overrides: Type.Array(Type.Tuple([Type.String(), OverrideSchema])),
})
export type StoredPool = Static<typeof StoredPoolSchema>

/** What a node keeps on its disk, to serve without ZooKeeper (F2). */
const NodeStateSchema = Type.Object({
  v: Type.Literal(1),
  gateway: Type.String(),
  /** The last revision that was seen to be served, and what the Gateway needs of it. */
  revision: Type.Integer({ minimum: 0 }),
  resources: Type.Array(Type.Unknown()),
  secrets: Type.Optional(Type.Array(StoredSecretSchema)),
  /** What the znode of a native configuration held. */
  znodeText: Type.Optional(Type.Object({ text: Type.String(), mzxid: Type.String() })),
  pools: Type.Array(StoredPoolSchema),
})

export interface NodeState {
  readonly gateway: string
  readonly revision: number
  readonly resources: ResourceMap
  readonly secrets: Secrets
  readonly znodeText?: ZnodeText
  readonly pools: readonly StoredPool[]
}

export function encodeNodeState(state: NodeState): string {
  const { gateway, revision, resources, secrets, znodeText, pools } = state
  const stored: Static<typeof NodeStateSchema> = {
    v: 1,
    gateway,
    revision,
    resources: [...resources.values()],
    secrets: [...secrets.values()].map(({ name, version, ...bytes }) => ({
      name,
      version,
      bytes: encodeSecretBytes(bytes),
    })),
    ...(znodeText === undefined ? {} : { znodeText }),
    pools: [...pools],
  }
  return JSON.stringify(stored)
}

/** Undefined where it is not a state that this version understands. */
export function decodeNodeState(text: string): NodeState | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Value.Check(NodeStateSchema, value)) return undefined
  const resources = new Map<string, Resource>()
  for (const each of value.resources) {
    const checked = checkResource(each)
    if (!('resource' in checked)) return undefined
    resources.set(resourceKey(checked.resource), checked.resource)
  }
  const { gateway, revision, znodeText, pools } = value
  const secrets = new Map<string, Secret>()
  for (const { name, version, bytes } of value.secrets ?? []) {
    const decoded = decodeSecretBytes(bytes)
    if (decoded === undefined) return undefined
    secrets.set(name, { ...decoded, name, version })
  }
  return {
    gateway,
    revision,
    resources,
    secrets,
    ...(znodeText === undefined ? {} : { znodeText }),
    pools,
  }
}
