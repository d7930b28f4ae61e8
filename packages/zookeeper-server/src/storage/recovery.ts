import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { JuteReader } from '@zoogate/zookeeper/protocol'
import { replayTransaction } from '../transactions/apply.ts'
import { type Database, freshDatabase } from '../transactions/database.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { ZooKeeperServerError } from '../zookeeper-server-error.ts'
import { isUnfinished, logName, logZxid, snapshotZxid } from './file-names.ts'
import { decodeFileHeader, FILE_HEADER_BYTES, hasUnwrittenSector, scanRecords } from './record.ts'
import { readSnapshot } from './snapshot.ts'
import { decodeTransaction } from './transaction-codec.ts'

/** What a data folder held. */
export interface Recovered {
  readonly database: Database
  /** The log to go on with; undefined when a new one must begin. */
  readonly lastLog:
    | { readonly path: string; readonly salt: number; readonly bytes: number }
    | undefined
  /** Transactions and bytes that the logs hold behind the snapshot. */
  readonly replayed: { readonly transactions: number; readonly bytes: number }
  /** What was found and mended, in sentences. */
  readonly notes: readonly string[]
}

export interface RecoverOptions {
  /**
   * A log that holds bytes behind the synced ones, after a write that the disk refused: how far it counts. The folder is
   * only read then, since the disk may refuse everything else too.
   */
  readonly limit?: { readonly path: string; readonly bytes: number }
}

/**
 * The state after the last transaction that is whole on disk: the newest snapshot that is sound, and the logs
 * behind it. Every acknowledged write is in it. Throws rather than leave one out.
 */
export async function recover(folder: string, options: RecoverOptions = {}): Promise<Recovered> {
  const { limit } = options
  const names = await readdir(folder)
  if (limit === undefined) {
    for (const name of names.filter(isUnfinished)) await rm(join(folder, name), { force: true })
  }
  const notes: string[] = []
  const database = await newestSnapshot(folder, zxidsOf(names, snapshotZxid), notes)
  const logs = zxidsOf(names, logZxid)
  const replay = { transactions: 0, bytes: 0 }
  let lastLog: Recovered['lastLog']
  for (const [index, firstZxid] of logs.entries()) {
    const next = logs[index + 1]
    if (next !== undefined && next <= database.lastZxid + 1n) continue
    const path = join(folder, logName(firstZxid))
    const bytes = await readFile(path)
    const counted = limit?.path === path ? bytes.subarray(0, limit.bytes) : bytes
    const log = readLog(path, counted, { isLast: next === undefined }, notes)
    if (log === undefined) continue
    for (const transaction of log.transactions) {
      if (transaction.zxid <= database.lastZxid) continue
      if (transaction.zxid !== database.lastZxid + 1n) throw gap(path, database, transaction.zxid)
      replayTransaction(database, transaction)
      replay.transactions++
    }
    replay.bytes += log.bytes
    lastLog = { path, salt: log.salt, bytes: log.bytes }
  }
  return { database, lastLog, replayed: replay, notes }
}

function zxidsOf(names: readonly string[], parse: (name: string) => bigint | undefined): bigint[] {
  const zxids = names.map(parse).filter((zxid) => zxid !== undefined)
  return zxids.sort((a, b) => (a < b ? -1 : 1))
}

async function newestSnapshot(
  folder: string,
  zxids: readonly bigint[],
  notes: string[],
): Promise<Database> {
  for (const zxid of [...zxids].reverse()) {
    try {
      return await readSnapshot(folder, zxid)
    } catch (error) {
      if (!isDamage(error)) throw error
      notes.push(`${error.message}; the one before it is used`)
    }
  }
  // Without a snapshot the logs must begin with the first transaction: replaying them finds the gap if they do not.
  return freshDatabase()
}

function isDamage(error: unknown): error is ZooKeeperServerError {
  return error instanceof ZooKeeperServerError && error.code === 'ZK_SERVER_SNAPSHOT_CORRUPT'
}

interface ReadLog {
  readonly transactions: Iterable<Transaction>
  readonly salt: number
  /** Up to the end of the last whole record. */
  readonly bytes: number
}

/** Undefined for a log that was never begun: its header did not reach the disk, so nothing behind it did. */
function readLog(
  path: string,
  bytes: Buffer,
  { isLast }: { isLast: boolean },
  notes: string[],
): ReadLog | undefined {
  const salt = decodeFileHeader(bytes, 'ZGWTLOG1')
  if (salt === undefined) {
    if (isLast && (bytes.length < FILE_HEADER_BYTES || hasUnwrittenSector(bytes, 0))) {
      notes.push(`the log ${path} was never begun; it is written anew`)
      return undefined
    }
    throw new ZooKeeperServerError(
      'ZK_SERVER_FORMAT_UNKNOWN',
      `${path} is no transaction log of this version: its first bytes are not those of one`,
      { path },
    )
  }
  const scan = scanRecords(bytes, salt)
  if (scan.tail === 'corrupt' || (scan.tail === 'torn' && !isLast)) {
    throw new ZooKeeperServerError(
      'ZK_SERVER_LOG_CORRUPT',
      `the transaction log ${path} is damaged at byte ${scan.end} of ${bytes.length}: writes that clients were promised would be lost, so the server does not start. Restore the folder from a copy, or cut the file there if you accept the loss`,
      { path },
    )
  }
  if (scan.tail === 'torn') {
    notes.push(
      `the last write to ${path} was cut short and never acknowledged; its ${bytes.length - scan.end} bytes are dropped`,
    )
  }
  return { transactions: transactionsOf(scan.payloads), salt, bytes: scan.end }
}

function* transactionsOf(payloads: readonly Buffer[]): Iterable<Transaction> {
  for (const payload of payloads) {
    const reader = new JuteReader(payload)
    while (reader.remaining > 0) yield decodeTransaction(reader)
  }
}

function gap(path: string, database: Database, found: bigint): ZooKeeperServerError {
  const expected = database.lastZxid + 1n
  return new ZooKeeperServerError(
    'ZK_SERVER_LOG_CORRUPT',
    `transactions from 0x${expected.toString(16)} on are missing: ${path} goes on with 0x${found.toString(16)}. A log or a snapshot was removed or is damaged`,
    { path },
  )
}
