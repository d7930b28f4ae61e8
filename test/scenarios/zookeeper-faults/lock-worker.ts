import { type HeldLock, Lock, TimeoutError, type ZooKeeper } from '@zoogate/zookeeper'
import { waitFor } from '../../support/wait-for.ts'
import { type OutcomeCounts, outcomeOf } from './outcome.ts'

/** How long a holder who was overtaken may go without hearing that its lock may be lost. */
const HEARING_MS = 5_000

/** Who holds the lock, as those who hold it see it. */
export class LockLedger {
  readonly problems: string[] = []
  readonly #holders = new Set<HeldLock>()
  readonly #overtaken = new WeakSet<HeldLock>()
  #latest: HeldLock | undefined

  enter(held: HeldLock): void {
    if (held.signal.aborted) return
    for (const other of this.#holders) if (!other.signal.aborted) this.#overtaken.add(other)
    // This one's answer came late: the next one holds the lock already.
    if (this.#latest !== undefined && this.#latest.fencingToken >= held.fencingToken) {
      this.#overtaken.add(held)
    } else this.#latest = held
    this.#holders.add(held)
  }

  /** To be called before the release. Two at a time may be only where a session was ended, and for as long as that takes to be heard. */
  async leave(held: HeldLock): Promise<void> {
    this.#holders.delete(held)
    if (!this.#overtaken.has(held)) return
    await waitFor('the overtaken holder to hear of it', () => held.signal.aborted, {
      timeoutMs: HEARING_MS,
    }).catch(() => this.problems.push(`${held.path} was overtaken and never heard of it`))
  }
}

/**
 * Takes the lock again and again, and adds one to a counter in the transaction that checks that its znode is still there. It reads the
 * counter before, without insisting on the version: only the lock keeps two from writing the same number.
 */
export class LockWorker {
  readonly name: string
  readonly counts: OutcomeCounts = { done: 0, refused: 0, unknown: 0, never: 0 }
  givenUp = 0
  readonly #options: LockWorkerOptions

  constructor(options: LockWorkerOptions) {
    this.name = options.name
    this.#options = options
  }

  async run(): Promise<void> {
    const { zk, path, stop, ledger, random } = this.#options
    const lock = new Lock(zk, path, { data: this.name })
    while (!stop.aborted) {
      // Some want the lock at once or not at all, and are cut in the middle of giving up.
      const timeoutMs = random() < 0.2 ? 1 + 20 * random() : 30_000
      const held = await unlessTooLate(lock.acquire({ timeoutMs }))
      if (held === undefined) {
        this.givenUp++
        continue
      }
      ledger.enter(held)
      await this.#increment(held)
      await ledger.leave(held)
      await held.release()
    }
  }

  async #increment(held: HeldLock): Promise<void> {
    const { zk, counter } = this.#options
    const read = await outcomeOf(zk.getData(counter), [])
    if (read.type !== 'done') return
    const { data } = read.result
    const write = zk.multi([
      { type: 'check', path: held.path, version: -1 },
      { type: 'setData', path: counter, data: String(Number(data) + 1) },
    ])
    const { type } = await outcomeOf(write, ['ZK_NO_NODE'])
    this.counts[type]++
  }
}

interface LockWorkerOptions {
  readonly zk: ZooKeeper
  readonly name: string
  /** The lock's path. */
  readonly path: string
  /** The path of the counter that it guards. */
  readonly counter: string
  readonly ledger: LockLedger
  readonly stop: AbortSignal
  readonly random: () => number
}

async function unlessTooLate(acquiring: Promise<HeldLock>): Promise<HeldLock | undefined> {
  try {
    return await acquiring
  } catch (error) {
    if (error instanceof TimeoutError) return undefined
    throw error
  }
}
