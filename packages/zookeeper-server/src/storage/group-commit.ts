import { JuteWriter } from '@zoogate/zookeeper/protocol'
import type { Transaction } from '../transactions/transaction.ts'
import type { LogFile } from './log-file.ts'
import { encodeTransaction } from './transaction-codec.ts'

export interface GroupCommitOptions {
  readonly file: LogFile
  /** Asked before each write: the file to write to, a new one when it is time to roll. */
  readonly nextFile: (current: LogFile, firstZxid: bigint) => LogFile | Promise<LogFile>
  /** Everything up to the transaction with this zxid is on disk. */
  readonly onDurable: (zxid: bigint) => void
  /** The disk refused. Nothing behind `durableZxid` may be acknowledged, and nothing is written any more. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Writes transactions to the log, many at a time: while one write is being synced, what comes in gathers, and goes out
 * with the next (SyncRequestProcessor's group commit). One record in the log is one such group.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #writer = new JuteWriter()
  #file: LogFile
  #durableBytes: number
  #appended: bigint
  #durable: bigint
  #firstPending: bigint | undefined
  #running: Promise<void> | undefined
  #writtenBytes = 0
  #waiting: { readonly zxid: bigint; readonly resolve: (durable: boolean) => void }[] = []
  #failed = false

  constructor(lastZxid: bigint, options: GroupCommitOptions) {
    this.#options = options
    this.#file = options.file
    this.#durableBytes = options.file.bytes
    this.#appended = lastZxid
    this.#durable = lastZxid
  }

  get file(): LogFile {
    return this.#file
  }

  /** The file's length up to which it is synced. */
  get durableBytes(): number {
    return this.#durableBytes
  }

  get durableZxid(): bigint {
    return this.#durable
  }

  /** Whether everything appended is on disk. */
  get settled(): boolean {
    return this.#durable === this.#appended
  }

  append(transaction: Transaction): void {
    encodeTransaction(this.#writer, transaction)
    this.#firstPending ??= transaction.zxid
    this.#appended = transaction.zxid
    // The turn of the event loop ends first, so that one write takes all that has come in by now.
    this.#running ??= new Promise((resolve) => setImmediate(resolve)).then(() => this.#run())
  }

  /** Bytes of all that was written since this object was made. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** Resolves with true when the transaction `zxid` is on disk, with false when the disk has refused it. */
  async durable(zxid: bigint): Promise<boolean> {
    if (this.#durable >= zxid) return true
    if (this.#failed) return false
    return new Promise((resolve) => this.#waiting.push({ zxid, resolve }))
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    if (!this.#failed) await this.#running
  }

  async #run(): Promise<void> {
    try {
      for (let first = this.#firstPending; first !== undefined; first = this.#firstPending) {
        const upTo = this.#appended
        const group = this.#writer.take()
        this.#firstPending = undefined
        await this.#write(first, group)
        this.#durable = upTo
        this.#options.onDurable(upTo)
        this.#tellWaiting(upTo)
      }
    } catch (error) {
      this.#failed = true
      for (const { resolve } of this.#waiting.splice(0)) resolve(false)
      this.#options.onFailure(error)
    } finally {
      if (!this.#failed) this.#running = undefined
    }
  }

  #tellWaiting(durable: bigint): void {
    if (this.#waiting.length === 0) return
    const reached = this.#waiting.filter(({ zxid }) => zxid <= durable)
    this.#waiting = this.#waiting.filter(({ zxid }) => zxid > durable)
    for (const { resolve } of reached) resolve(true)
  }

  async #write(firstZxid: bigint, group: Buffer): Promise<void> {
    const file = this.#options.nextFile(this.#file, firstZxid)
    // A promise only when a new file was begun: the common case goes on at once.
    const next = file instanceof Promise ? await file : file
    if (next !== this.#file) {
      this.#file = next
      this.#durableBytes = next.bytes
    }
    next.append([group])
    await next.sync()
    this.#durableBytes = next.bytes
    this.#writtenBytes += group.length
  }
}
