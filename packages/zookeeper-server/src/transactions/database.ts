import { DataTree } from '../tree/data-tree.ts'

/** All that the log and the snapshots keep. */
export interface Database {
  readonly tree: DataTree
  /** Session ids with their timeouts in milliseconds. */
  readonly sessions: Map<bigint, number>
  /** The last transaction applied; 0 before the first. */
  lastZxid: bigint
}

export function freshDatabase(): Database {
  return { tree: DataTree.fresh(), sessions: new Map(), lastZxid: 0n }
}
