import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** What ZooKeeper keeps about a znode beside its data. 64-bit fields are bigints. */
export interface Stat {
  /** The transaction that created it. */
  readonly czxid: bigint
  /** The transaction that last set its data. */
  readonly mzxid: bigint
  /** When it was created, in milliseconds since 1970. */
  readonly ctime: bigint
  /** When its data was last set, in milliseconds since 1970. */
  readonly mtime: bigint
  /** How often its data was set. */
  readonly version: number
  /** How often its children were created or deleted. */
  readonly cversion: number
  /** How often its ACL was set. */
  readonly aversion: number
  /** The session that owns it; 0 when it is not ephemeral. */
  readonly ephemeralOwner: bigint
  readonly dataLength: number
  readonly numChildren: number
  /** The transaction that last created or deleted a child. */
  readonly pzxid: bigint
}

/** A Stat's size on the wire. */
export const STAT_BYTES = 68

// Stat => long czxid, long mzxid, long ctime, long mtime, int version, int cversion, int aversion,
//         long ephemeralOwner, int dataLength, int numChildren, long pzxid

export function encodeStat(writer: JuteWriter, stat: Stat): void {
  writer
    .writeInt64(stat.czxid)
    .writeInt64(stat.mzxid)
    .writeInt64(stat.ctime)
    .writeInt64(stat.mtime)
    .writeInt32(stat.version)
    .writeInt32(stat.cversion)
    .writeInt32(stat.aversion)
    .writeInt64(stat.ephemeralOwner)
    .writeInt32(stat.dataLength)
    .writeInt32(stat.numChildren)
    .writeInt64(stat.pzxid)
}

export function decodeStat(reader: JuteReader): Stat {
  return {
    czxid: reader.readInt64(),
    mzxid: reader.readInt64(),
    ctime: reader.readInt64(),
    mtime: reader.readInt64(),
    version: reader.readInt32(),
    cversion: reader.readInt32(),
    aversion: reader.readInt32(),
    ephemeralOwner: reader.readInt64(),
    dataLength: reader.readInt32(),
    numChildren: reader.readInt32(),
    pzxid: reader.readInt64(),
  }
}
