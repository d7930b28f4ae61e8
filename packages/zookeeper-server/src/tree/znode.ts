import type { Acl, Stat } from '@zoogate/zookeeper/protocol'
import { ephemeralOwner, type Lifetime } from './lifetime.ts'

/**
 * One node of the tree. It is never changed, only replaced: whoever holds one (a snapshot being written) has the
 * state of that moment. Children are kept by the tree, by path.
 */
export interface Znode {
  /** Null and empty are two different things, and come back as they were written. */
  readonly data: Buffer | null
  readonly acl: readonly Acl[]
  readonly lifetime: Lifetime
  /** The transaction that created it, that last set its data, and that last created or deleted a child. */
  readonly czxid: bigint
  readonly mzxid: bigint
  readonly pzxid: bigint
  readonly ctimeMs: number
  readonly mtimeMs: number
  readonly version: number
  readonly aversion: number
  /** How many children were ever created: the next number of a sequential child, an int32 that overflows as Java's does. */
  readonly creates: number
}

/** The Stat that clients see. `cversion` counts creates and deletes: 2 * creates - children (DataNode.copyStat). */
export function statOf(znode: Znode, childCount: number): Stat {
  return {
    czxid: znode.czxid,
    mzxid: znode.mzxid,
    ctime: BigInt(znode.ctimeMs),
    mtime: BigInt(znode.mtimeMs),
    version: znode.version,
    cversion: (2 * znode.creates - childCount) | 0,
    aversion: znode.aversion,
    ephemeralOwner: ephemeralOwner(znode.lifetime),
    dataLength: znode.data?.length ?? 0,
    numChildren: childCount,
    pzxid: znode.pzxid,
  }
}
