import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeAcl, encodeAcl, JuteReader, JuteWriter } from '@zoogate/zookeeper/protocol'
import { sharedAcl } from '../access/normalize-acl.ts'
import type { Database } from '../transactions/database.ts'
import { DataTree } from '../tree/data-tree.ts'
import type { Znode } from '../tree/znode.ts'
import { ZooKeeperServerError } from '../zookeeper-server-error.ts'
import { snapshotName, unfinished } from './file-names.ts'
import {
  decodeFileHeader,
  encodeFileHeader,
  encodeRecord,
  FILE_HEADER_BYTES,
  RECORD_OVERHEAD_BYTES,
  readRecord,
} from './record.ts'
import { syncFolder } from './sync-folder.ts'
import { decodeLifetime, encodeLifetime } from './transaction-codec.ts'

const KIND = 'ZGSNAPS1'
/** Nodes are gathered up to this size before a record is made of them. */
const RECORD_BYTES = 256 * 1024
/** The event loop gets a turn after this many nodes. */
const NODES_PER_TURN = 1_000
/** Where a record's header holds the payload's length. */
const LENGTH_OFFSET = 4
const LENGTH_BYTES = 4

// snapshot => record(head), record(nodes)*, record(tail)
// head     => long zxid, int sessions, { long sessionId, int timeoutMs }*
// nodes    => int count, { ustring path, buffer data, vector<ACL>, Lifetime, long czxid, mzxid, pzxid, ctimeMs, mtimeMs,
//             int version, aversion, creates }*
// tail     => int -1, long nodes

/** The state at one moment, to be written while the server goes on. */
export interface SnapshotSource {
  readonly zxid: bigint
  readonly sessions: readonly (readonly [bigint, number])[]
  readonly nodes: readonly (readonly [string, Znode])[]
}

/** Nodes are never changed but replaced, so a list of them is the state of this moment (some ms for 100,000 nodes). */
export function snapshotSource(database: Database): SnapshotSource {
  return {
    zxid: database.lastZxid,
    sessions: [...database.sessions],
    nodes: [...database.tree.entries()],
  }
}

/** Writes a snapshot aside, syncs it, and only then gives it its name. Returns its size in bytes. */
export async function writeSnapshot(
  folder: string,
  source: SnapshotSource,
  salt: number,
): Promise<number> {
  const path = join(folder, snapshotName(source.zxid))
  const aside = unfinished(path)
  const handle = await open(aside, 'w', 0o600)
  let bytes = 0
  try {
    for await (const chunk of snapshotChunks(source, salt)) {
      await handle.writev(chunk)
      for (const part of chunk) bytes += part.length
    }
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(aside, { force: true })
    throw error
  }
  await handle.close()
  await rename(aside, path)
  await syncFolder(folder)
  return bytes
}

async function* snapshotChunks(source: SnapshotSource, salt: number): AsyncGenerator<Buffer[]> {
  const writer = new JuteWriter()
  const record = () => encodeRecord([writer.take()], salt)
  writer.writeInt64(source.zxid)
  writer.writeVector(source.sessions, (to, [sessionId, timeoutMs]) =>
    to.writeInt64(sessionId).writeInt32(timeoutMs),
  )
  yield [encodeFileHeader(KIND, salt), ...record()]
  let inTurn = 0
  let group: (readonly [string, Znode])[] = []
  let groupBytes = 0
  const flush = () => {
    writer.writeVector(group, encodeNode)
    group = []
    groupBytes = 0
    return record()
  }
  for (const node of source.nodes) {
    group.push(node)
    groupBytes += node[0].length + (node[1].data?.length ?? 0)
    if (groupBytes >= RECORD_BYTES) yield flush()
    if (++inTurn === NODES_PER_TURN) {
      inTurn = 0
      if (group.length > 0) yield flush()
      await nextTurn()
    }
  }
  if (group.length > 0) yield flush()
  writer.writeInt32(-1).writeInt64(BigInt(source.nodes.length))
  yield record()
}

/** Reads a snapshot back. Throws `ZK_SERVER_SNAPSHOT_CORRUPT` when any byte of it is not as it was written. */
export async function readSnapshot(folder: string, zxid: bigint): Promise<Database> {
  const path = join(folder, snapshotName(zxid))
  const corrupt = (why: string) =>
    new ZooKeeperServerError(
      'ZK_SERVER_SNAPSHOT_CORRUPT',
      `the snapshot ${path} is damaged: ${why}`,
      {
        path,
      },
    )
  const database: Database = { tree: new DataTree(), sessions: new Map(), lastZxid: zxid }
  let place = 0
  let nodes = 0n
  let complete = false
  for await (const payload of payloadsOf(path, corrupt)) {
    const reader = new JuteReader(payload)
    if (complete) throw corrupt('something follows its end')
    if (place++ === 0) readHead(reader, database)
    else {
      const count = reader.readInt32()
      if (count === -1) {
        complete = true
        if (reader.readInt64() !== nodes) throw corrupt('nodes are missing')
      }
      for (let i = 0; i < count; i++) {
        database.tree.put(...decodeNode(reader))
        nodes++
      }
    }
  }
  if (!complete) throw corrupt('it ends early')
  if (database.lastZxid !== zxid) throw corrupt('its name and its content differ')
  return database
}

/** One record after the other, so that a snapshot may be larger than a Buffer. */
async function* payloadsOf(path: string, corrupt: (why: string) => Error): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const read = async (position: number, bytes: number) => {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(bytes, size - position)))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
      return buffer.subarray(0, bytesRead)
    }
    const salt = decodeFileHeader(await read(0, FILE_HEADER_BYTES), KIND)
    if (salt === undefined) throw corrupt('its first bytes are not those of a snapshot')
    let position = FILE_HEADER_BYTES
    while (position < size) {
      const word = await read(position + LENGTH_OFFSET, LENGTH_BYTES)
      if (word.length < LENGTH_BYTES) throw corrupt('it ends early')
      const bytes = word.readUInt32BE(0) + RECORD_OVERHEAD_BYTES
      const record = readRecord(await read(position, bytes), 0, salt)
      if (record.type !== 'record') throw corrupt(`the record at ${position} is ${record.type}`)
      yield record.payload
      position += record.end
    }
  } finally {
    await handle.close()
  }
}

function readHead(reader: JuteReader, database: Database): void {
  database.lastZxid = reader.readInt64()
  const sessions = reader.readVector((from) => [from.readInt64(), from.readInt32()] as const)
  for (const [sessionId, timeoutMs] of sessions) database.sessions.set(sessionId, timeoutMs)
}

function encodeNode(writer: JuteWriter, [path, znode]: readonly [string, Znode]): void {
  writer.writeString(path).writeBuffer(znode.data).writeVector(znode.acl, encodeAcl)
  encodeLifetime(writer, znode.lifetime)
  writer
    .writeInt64(znode.czxid)
    .writeInt64(znode.mzxid)
    .writeInt64(znode.pzxid)
    .writeInt64(BigInt(znode.ctimeMs))
    .writeInt64(BigInt(znode.mtimeMs))
    .writeInt32(znode.version)
    .writeInt32(znode.aversion)
    .writeInt32(znode.creates)
}

function decodeNode(reader: JuteReader): [string, Znode] {
  const path = reader.readString()
  return [
    path,
    {
      data: reader.readBuffer(),
      acl: sharedAcl(reader.readVector(decodeAcl)),
      lifetime: decodeLifetime(reader),
      czxid: reader.readInt64(),
      mzxid: reader.readInt64(),
      pzxid: reader.readInt64(),
      ctimeMs: Number(reader.readInt64()),
      mtimeMs: Number(reader.readInt64()),
      version: reader.readInt32(),
      aversion: reader.readInt32(),
      creates: reader.readInt32(),
    },
  ]
}
