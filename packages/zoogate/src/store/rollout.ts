import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { decodeJson } from './revision.ts'
import { StoreError } from './store-error.ts'

/**
 * The data of `/gateways/<g>/rollout`: tells each node of a Gateway which revision is its own.
 * Without a rollout policy every node takes `target` at once. Programs write it: unknown fields are
 * ignored, and kept by whoever changes it.
 */
const RolloutSchema = Type.Object({
  v: Type.Literal(1),
  /** The last revision that the whole Gateway is known to be good on. */
  stable: Type.Integer({ minimum: 0 }),
  target: Type.Integer({ minimum: 0 }),
  /** `done`: stable is target; `rolling`: the nodes are on their way to it. */
  phase: Type.String(),
  batch: Type.Integer({ minimum: 0 }),
  /** Nodes that shall be on target where they do not all go at once. */
  onTarget: Type.Array(Type.String()),
  /** ISO 8601, UTC: when the target was set. */
  since: Type.String(),
  reason: Type.String(),
})
export type Rollout = Static<typeof RolloutSchema>

export interface RolloutChange {
  /** The revision that is made. */
  readonly revision: number
  readonly at: string
  readonly reason: string
  /** Does the Gateway's closure differ from the one before? */
  readonly closureChanged: boolean
}

/**
 * A Gateway's rollout after a revision was made. A Gateway that does not change moves along without
 * a rollout; one that is new has nothing to come from. Pure.
 */
export function nextRollout(before: Rollout | undefined, change: RolloutChange): Rollout {
  const { revision, at, reason, closureChanged } = change
  const stays = before !== undefined && closureChanged ? before.stable : revision
  return {
    ...before,
    v: 1,
    stable: stays,
    target: revision,
    phase: stays === revision ? 'done' : 'rolling',
    batch: 0,
    onTarget: [],
    since: at,
    reason,
  }
}

/** @throws StoreError `STORE_CORRUPT` */
export function decodeRollout(data: Buffer | null, path: string): Rollout {
  const value = decodeJson(data, path)
  if (Value.Check(RolloutSchema, value)) return value
  throw new StoreError('STORE_CORRUPT', `${path} is not a rollout`, { path })
}
