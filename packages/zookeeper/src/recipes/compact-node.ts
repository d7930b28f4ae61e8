import type { Stat } from '../protocol/records/stat.ts'
import type { TreeNode } from './tree-reader.ts'

/**
 * The same znode in the form that is cheapest to keep for long, for a cache of a hundred thousand.
 *
 * Data below 4 KiB comes in slices of Node's shared 8 KiB pool, and one slice that lives keeps all of its pool: after many changes most
 * of a cache's memory would be values of the past. So small data gets memory of its own. In the Stat equal numbers become one object:
 * most znodes were never changed after they were made.
 */
export function compactNode({ path, data, stat }: TreeNode): TreeNode {
  return { path, data: data === null ? null : ownMemory(data), stat: compactStat(stat) }
}

function ownMemory(data: Buffer): Buffer {
  if (data.buffer.byteLength === data.length) return data
  const own = Buffer.allocUnsafeSlow(data.length)
  data.copy(own)
  return own
}

function compactStat(stat: Stat): Stat {
  const { czxid, ctime } = stat
  return {
    czxid,
    mzxid: stat.mzxid === czxid ? czxid : stat.mzxid,
    ctime,
    mtime: stat.mtime === ctime ? ctime : stat.mtime,
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeralOwner: stat.ephemeralOwner === 0n ? NO_OWNER : stat.ephemeralOwner,
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
    pzxid: stat.pzxid === czxid ? czxid : stat.pzxid,
  }
}

const NO_OWNER = 0n
