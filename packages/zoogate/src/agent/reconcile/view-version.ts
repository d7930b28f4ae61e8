import type { View } from '../../model/view/view.ts'

/**
 * What structure a view is of: `7`, the revision; or `7@1f3a` where a revision's native configuration
 * lies in a znode, with the zxid of its last change.
 */
export type ViewVersion = `${number}` | `${number}@${string}`

export function versionOf({ revision, native }: View): ViewVersion {
  const mzxid = native?.znode?.mzxid
  return mzxid === undefined ? `${revision}` : `${revision}@${mzxid}`
}

export function revisionOf(version: ViewVersion): number {
  return Number.parseInt(version, 10)
}
