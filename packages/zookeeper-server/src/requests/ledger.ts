import type { ErrorCode, Stat } from '@zoogate/zookeeper/protocol'
import type { Clock } from '../clock.ts'
import { applyTransaction, type TreeObserver } from '../transactions/apply.ts'
import type { Database } from '../transactions/database.ts'
import type { Transaction, TransactionBody } from '../transactions/transaction.ts'
import type { DataTree } from '../tree/data-tree.ts'
import type { Stamp } from '../tree/znode.ts'

/** Where transactions go to be kept. */
interface TransactionSink {
  append(transaction: Transaction): void
  snapshotIfDue(database: Database): void
}

export interface LedgerOptions {
  readonly database: Database
  readonly sink: TransactionSink
  readonly observer: TreeObserver & { zxid: bigint }
  readonly clock: Clock
}

/**
 * The one place where transactions are made: numbers them, applies them to the database and hands them to the log.
 *
 * The database is ahead of the disk by what is not synced yet. That is never seen outside: a connection holds back every
 * answer and every event until the transactions that it may know of are on disk.
 */
export class Ledger {
  readonly #options: LedgerOptions
  #database: Database
  #writable = true

  constructor(options: LedgerOptions) {
    this.#options = options
    this.#database = options.database
  }

  get database(): Database {
    return this.#database
  }

  get tree(): DataTree {
    return this.#database.tree
  }

  get lastZxid(): bigint {
    return this.#database.lastZxid
  }

  /** False while the disk refuses writes. */
  get writable(): boolean {
    return this.#writable
  }

  /** The disk has refused: no transaction can be made until `resume`. */
  suspend(): void {
    this.#writable = false
  }

  /** The state that was on disk for sure takes the place of the present one. */
  replace(database: Database): void {
    this.#database = database
  }

  resume(): void {
    this.#writable = true
  }

  /** What the next transaction stamps on nodes. */
  nextStamp(): Stamp {
    return { zxid: this.#database.lastZxid + 1n, timeMs: Math.floor(this.#options.clock.wallMs()) }
  }

  commit(body: TransactionBody, stamp: Stamp = this.nextStamp()): readonly (Stat | undefined)[] {
    const { observer, sink } = this.#options
    const transaction: Transaction = { zxid: stamp.zxid, timeMs: stamp.timeMs, body }
    observer.zxid = stamp.zxid
    const stats = applyTransaction(this.#database, transaction, observer)
    sink.append(transaction)
    sink.snapshotIfDue(this.#database)
    return stats
  }

  /** A refused write takes a zxid too, as in Apache's server. */
  refuse(code: ErrorCode): ErrorCode {
    this.commit({ type: 'refused', code })
    return code
  }
}
