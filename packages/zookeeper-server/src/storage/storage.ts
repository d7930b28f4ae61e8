import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../transactions/database.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { ZooKeeperServerError } from '../zookeeper-server-error.ts'
import { logZxid, snapshotZxid } from './file-names.ts'
import { GroupCommit } from './group-commit.ts'
import { type DiskCalls, diskCalls, LogFile } from './log-file.ts'
import { type Recovered, recover } from './recovery.ts'
import { snapshotSource, writeSnapshot } from './snapshot.ts'

/** A log file is closed and the next begun when it has grown to this size: a start reads one whole file at a time. */
const LOG_FILE_BYTES = 64 * 1024 * 1024
/** Snapshots that are kept, with the logs behind the oldest of them (autopurge.snapRetainCount). */
const SNAPSHOTS_KEPT = 3

export interface StorageOptions {
  readonly folder: string
  /** A snapshot is written after this many transactions (snapCount). Default 100 000. */
  readonly snapshotEveryTransactions?: number
  /** Random numbers from 0 up to 2^32 - 1, for the checksums' salt. */
  readonly random32: () => number
  readonly onDurable: (zxid: bigint) => void
  readonly onFailure: (error: ZooKeeperServerError) => void
  readonly log: (message: string) => void
  readonly disk?: DiskCalls
}

const DEFAULT_SNAPSHOT_EVERY_TRANSACTIONS = 100_000

/** What keeps the database on disk: the log that is written before anything is acknowledged, and snapshots. */
export class Storage {
  readonly #options: StorageOptions
  readonly #disk: DiskCalls
  readonly #snapshotEvery: number
  #commit: GroupCommit
  #sinceSnapshot: number
  /** Bytes of logs behind the last snapshot before the present `#commit` began to count. */
  #bytesBefore: number
  #snapshotBytes = 0
  #rollRequested = false
  #snapshot: Promise<void> | undefined

  private constructor(options: StorageOptions, recovered: Recovered, file: LogFile) {
    this.#options = options
    this.#disk = options.disk ?? diskCalls
    this.#snapshotEvery = options.snapshotEveryTransactions ?? DEFAULT_SNAPSHOT_EVERY_TRANSACTIONS
    this.#sinceSnapshot = recovered.replayed.transactions
    this.#bytesBefore = recovered.replayed.bytes
    this.#commit = this.#begin(recovered.database.lastZxid, file)
  }

  /** Reads what the folder holds, and makes it ready to be written to. */
  static async open(options: StorageOptions): Promise<{ storage: Storage; database: Database }> {
    const recovered = await recover(options.folder)
    for (const note of recovered.notes) options.log(note)
    const file = await openLog(options, recovered)
    return { storage: new Storage(options, recovered, file), database: recovered.database }
  }

  /** Everything up to here is on disk. */
  get durableZxid(): bigint {
    return this.#commit.durableZxid
  }

  get settled(): boolean {
    return this.#commit.settled
  }

  append(transaction: Transaction): void {
    this.#sinceSnapshot++
    this.#commit.append(transaction)
  }

  /** Begins a snapshot of `database` when it is time for one. Call it behind an applied transaction. */
  snapshotIfDue(database: Database): void {
    const grownBytes = this.#bytesBefore + this.#commit.writtenBytes
    const due =
      this.#sinceSnapshot >= this.#snapshotEvery ||
      grownBytes >= Math.max(2 * LOG_FILE_BYTES, 2 * this.#snapshotBytes)
    if (due && this.#snapshot === undefined) {
      this.#snapshot = this.#writeSnapshot(database).finally(() => {
        this.#snapshot = undefined
      })
    }
  }

  /** After a failure: the state that was on disk for sure. Only reads. Nothing can be appended before `resume`. */
  async reload(): Promise<Database> {
    const { file, durableBytes } = this.#commit
    const limit = { path: file.path, bytes: durableBytes }
    const recovered = await recover(this.#options.folder, { limit })
    this.#sinceSnapshot = recovered.replayed.transactions
    this.#bytesBefore = recovered.replayed.bytes
    return recovered.database
  }

  /**
   * After `reload`: cuts off what was never acknowledged, and begins a new log behind `lastZxid`. Throws
   * `ZK_SERVER_WRITE_FAILED` while the disk goes on refusing; it may be called again.
   */
  async resume(lastZxid: bigint): Promise<void> {
    const { folder, random32 } = this.#options
    const { file, durableBytes } = this.#commit
    try {
      file.cutOff(durableBytes)
      const next = await LogFile.create(folder, lastZxid + 1n, random32(), this.#disk)
      await file.close()
      this.#commit = this.#begin(lastZxid, next)
    } catch (error) {
      throw writeFailed(folder, error)
    }
  }

  async close(): Promise<void> {
    await this.#commit.idle()
    await this.#snapshot
    await this.#commit.file.close()
  }

  #begin(lastZxid: bigint, file: LogFile): GroupCommit {
    return new GroupCommit(lastZxid, {
      file,
      nextFile: (current, firstZxid) => this.#nextFile(current, firstZxid),
      onDurable: this.#options.onDurable,
      onFailure: (error) => this.#options.onFailure(writeFailed(this.#options.folder, error)),
    })
  }

  #nextFile(current: LogFile, firstZxid: bigint): LogFile | Promise<LogFile> {
    if (!this.#rollRequested && current.bytes < LOG_FILE_BYTES) return current
    this.#rollRequested = false
    return LogFile.create(
      this.#options.folder,
      firstZxid,
      this.#options.random32(),
      this.#disk,
    ).then(async (next) => {
      await current.close()
      return next
    })
  }

  async #writeSnapshot(database: Database): Promise<void> {
    this.#sinceSnapshot = 0
    this.#bytesBefore = -this.#commit.writtenBytes
    this.#rollRequested = true
    const { folder, log } = this.#options
    try {
      const source = snapshotSource(database)
      // Only what is in the log for sure may be in a snapshot: the disk could refuse what was appended last.
      if (!(await this.#commit.durable(source.zxid))) return
      this.#snapshotBytes = await writeSnapshot(folder, source, this.#options.random32())
      await purge(folder)
    } catch (error) {
      // The logs hold everything that the snapshot would have held, so nothing is lost but time at the next start.
      log(`a snapshot could not be written: ${String(error)}`)
    }
  }
}

async function openLog(options: StorageOptions, recovered: Recovered): Promise<LogFile> {
  const disk = options.disk ?? diskCalls
  const { lastLog, database } = recovered
  try {
    if (lastLog !== undefined) return LogFile.open(lastLog.path, lastLog.salt, lastLog.bytes, disk)
    return await LogFile.create(options.folder, database.lastZxid + 1n, options.random32(), disk)
  } catch (error) {
    throw writeFailed(options.folder, error)
  }
}

function writeFailed(folder: string, cause: unknown): ZooKeeperServerError {
  return new ZooKeeperServerError(
    'ZK_SERVER_WRITE_FAILED',
    `writing to the data folder ${folder} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    { path: folder, cause },
  )
}

/** Removes old snapshots, and the logs that only they needed. */
async function purge(folder: string): Promise<void> {
  const names = await readdir(folder)
  const newestFirst = (a: string, b: string) => (a < b ? 1 : -1)
  const snapshots = names.filter((name) => snapshotZxid(name) !== undefined).sort(newestFirst)
  const oldest = snapshotZxid(snapshots[SNAPSHOTS_KEPT - 1] ?? '')
  if (oldest === undefined) return
  for (const name of snapshots.slice(SNAPSHOTS_KEPT)) await rm(join(folder, name), { force: true })
  const logs = names.filter((name) => logZxid(name) !== undefined).sort(newestFirst)
  const needed = logs.findIndex((name) => (logZxid(name) ?? 0n) <= oldest + 1n)
  if (needed === -1) return
  for (const name of logs.slice(needed + 1)) await rm(join(folder, name), { force: true })
}
