import type { DiskCalls } from '../../src/storage/log-file.ts'
import { Storage, type StorageOptions } from '../../src/storage/storage.ts'
import { replayTransaction } from '../../src/transactions/apply.ts'
import type { Database } from '../../src/transactions/database.ts'
import type { TransactionBody } from '../../src/transactions/transaction.ts'

/** A storage with its database, driven without a server. */
export interface OpenStorage {
  readonly storage: Storage
  readonly database: Database
  readonly notes: readonly string[]
  readonly failures: readonly Error[]
  /** Applies and appends. Resolves when it is on disk. */
  write(body: TransactionBody): Promise<void>
  /** Applies and appends, and does not wait. */
  append(body: TransactionBody): void
  /** Resolves when everything appended is on disk. */
  settled(): Promise<void>
}

export async function openStorage(
  folder: string,
  options: { snapshotEveryTransactions?: number; disk?: DiskCalls } = {},
): Promise<OpenStorage> {
  const notes: string[] = []
  const failures: Error[] = []
  let news: (() => void)[] = []
  const tell = () => {
    for (const resolve of news.splice(0)) resolve()
  }
  let salt = 1
  const storageOptions: StorageOptions = {
    folder,
    random32: () => salt++,
    onDurable: tell,
    onFailure: (error) => {
      failures.push(error)
      tell()
    },
    log: (note) => notes.push(note),
    ...options,
  }
  const { storage, database } = await Storage.open(storageOptions)
  const append = (body: TransactionBody) => {
    const transaction = { zxid: database.lastZxid + 1n, timeMs: 1_000, body }
    replayTransaction(database, transaction)
    storage.append(transaction)
    storage.snapshotIfDue(database)
  }
  const settled = async () => {
    while (!storage.settled && failures.length === 0) {
      await new Promise<void>((resolve) => {
        news = [...news, resolve]
      })
    }
  }
  return {
    storage,
    database,
    notes,
    failures,
    append,
    settled,
    async write(body) {
      append(body)
      await settled()
    },
  }
}

/** All of a database that clients can see, to be compared. */
export function shapeOf({ tree, sessions, lastZxid }: Database): unknown {
  return {
    lastZxid,
    sessions: [...sessions].sort(),
    nodes: [...tree.entries()]
      .map(([path, node]) => ({ path, ...node, children: tree.childCount(path) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    expiring: [...tree.expiring].sort(),
    ephemerals: [...tree.ephemerals].map(([id, paths]) => [id, [...paths].sort()]).sort(),
  }
}
