import { randomUUID } from 'node:crypto'
import type { DataInput } from '../client/multi.ts'
import { type Perseverance, persevere, type Timing, unlessAborted } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { MultiError } from '../errors/multi-error.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { joinPath } from '../protocol/path.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../protocol/records/acl.ts'
import { ChangeCounter } from './change-counter.ts'
import { isOvertaken } from './is-overtaken.ts'
import { entryPrefix, firstEntries, type QueueEntry } from './queue-entry.ts'
import { QueueItem } from './queue-item.ts'

/** Settings of a `LockingQueue`. */
export interface LockingQueueOptions extends Timing {
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
}

/** Options of `put` and `putAll`. */
export interface PutOptions extends CallOptions {
  /** 0 to 999 (default 100); lower ones come first. */
  readonly priority?: number | undefined
}

const DEFAULT_PRIORITY = 100
const MAX_PRIORITY = 999
/** So many items are tried from one listing of the queue: listing it for each would cost the square of its length. */
const LOOK_AHEAD = 100

/**
 * A queue whose items are locked while somebody works on them (kazoo: `LockingQueue`, with which it can share a path).
 *
 * An item is handed out **at least once**, and to one consumer at a time as long as that one's session lives. Taking it makes an ephemeral
 * lock, on condition that the item is there; consuming it deletes item and lock together, and only in the session that holds the lock. So an
 * item is lost never, and done twice only when a consumer dies or loses its session between doing the work and `consume`: the
 * next one gets it then. Make the work such that doing it twice does no harm.
 *
 * Items come by priority, then in the order in which they were put, but for those that were taken and given back. A consumer looks at the first
 * 100 free items at a time, so an item that is put later with a better priority may wait behind as many. Keep a queue below some
 * ten thousand items: its whole listing travels for every hundred taken, and must stay below the client's `maxReplyBytes`.
 */
export class LockingQueue implements AsyncIterable<QueueItem> {
  readonly path: string
  readonly #client: ZooKeeper
  readonly #options: LockingQueueOptions
  readonly #acl: readonly Acl[]
  readonly #entries: string
  readonly #taken: string
  readonly #changes = new ChangeCounter()
  /** What the last listing gave and nobody here has tried yet. */
  #ahead: QueueEntry[] = []

  constructor(client: ZooKeeper, path: string, options: LockingQueueOptions = {}) {
    this.path = path
    this.#client = client
    this.#options = options
    this.#acl = options.acl ?? OPEN_ACL_UNSAFE
    this.#entries = joinPath(path, 'entries')
    this.#taken = joinPath(path, 'taken')
  }

  /**
   * Adds an item. It is not sent again when its answer is lost: the promise then rejects with `mayHaveHappened` true, and the item
   * may be in the queue. Rejects with an `InvalidOptionError` for a priority that cannot be.
   */
  put(data: DataInput, options: PutOptions = {}): Promise<void> {
    return this.putAll([data], options)
  }

  /** Adds several items in this order, all or none. Together they must stay below the server's 1 MiB. */
  async putAll(items: readonly DataInput[], options: PutOptions = {}): Promise<void> {
    const { priority = DEFAULT_PRIORITY, ...callOptions } = options
    if (!Number.isInteger(priority) || priority < 0 || priority > MAX_PRIORITY) {
      throw new InvalidOptionError(`priority must be from 0 to ${MAX_PRIORITY}, not ${priority}`)
    }
    const path = joinPath(this.#entries, entryPrefix(priority))
    const operations = items.map(
      (data) =>
        ({ type: 'create', path, data, mode: 'persistentSequential', acl: this.#acl }) as const,
    )
    await persevere(callOptions, this.#options, (perseverance) =>
      this.#withFolders(perseverance, ({ signal }) => this.#client.multi(operations, { signal })),
    )
  }

  /** The first free item, locked; waits for one. */
  take(options: CallOptions = {}): Promise<QueueItem> {
    return persevere(options, this.#options, async (perseverance) => {
      for (;;) {
        const seen = this.#changes.count
        const item = await this.#takeFirst(perseverance)
        if (item !== undefined) return item
        await this.#changes.beyond(seen, perseverance.signal)
      }
    })
  }

  /**
   * The first free item, locked; undefined when there is none now. Waits for a connection when there is none: pass a `timeoutMs`. (A
   * Java queue's `poll`)
   */
  tryTake(options: CallOptions = {}): Promise<QueueItem | undefined> {
    return persevere(options, this.#options, (perseverance) => this.#takeFirst(perseverance))
  }

  /** How many items there are, those that somebody works on included. */
  async size(options: CallOptions = {}): Promise<number> {
    const stat = await this.#client.exists(this.#entries, options)
    return stat?.numChildren ?? 0
  }

  /**
   * One item after another, for ever: `for await (await using item of queue.items({ signal }))`. Throws an `AbortError` when the signal
   * is aborted. An item that the loop neither consumes nor releases stays locked.
   */
  async *items(
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<QueueItem, void, undefined> {
    for (;;) yield await this.take(options)
  }

  [Symbol.asyncIterator](): AsyncGenerator<QueueItem, void, undefined> {
    return this.items()
  }

  async #takeFirst(perseverance: Perseverance): Promise<QueueItem | undefined> {
    for (;;) {
      const entry = this.#ahead.shift()
      const item = entry === undefined ? undefined : await this.#lock(entry, perseverance)
      if (item !== undefined) return item
      if (entry === undefined && !(await this.#look(perseverance))) return undefined
    }
  }

  /** Lists the queue, leaving watches; says whether anything is free. */
  async #look(perseverance: Perseverance): Promise<boolean> {
    const { retry } = perseverance
    const watch = this.#changes.note
    const [taken, names] = await this.#withFolders(perseverance, ({ signal }) =>
      retry(() =>
        Promise.all([
          this.#client.getChildren(this.#taken, { watch, signal }),
          this.#client.getChildren(this.#entries, { watch, signal }),
        ]),
      ),
    )
    this.#ahead = firstEntries(names, new Set(taken), LOOK_AHEAD)
    return this.#ahead.length > 0
  }

  /**
   * Locks an item; undefined when somebody else has it, or has consumed it. The request is not given up halfway, since it may be carried
   * out all the same: whoever does not wait any longer leaves the item to be released when the answer comes.
   */
  async #lock(entry: QueueEntry, { signal }: Perseverance): Promise<QueueItem | undefined> {
    const owner = randomUUID()
    const locking = persevere({}, this.#options, ({ retry }) =>
      retry(() => this.#lockOnce(entry, owner)),
    )
    try {
      return await unlessAborted(locking, signal)
    } catch (error) {
      locking.then((item) => item?.release()).catch(() => undefined)
      throw error
    }
  }

  async #lockOnce(entry: QueueEntry, owner: string): Promise<QueueItem | undefined> {
    const entryPath = joinPath(this.#entries, entry.name)
    const lockPath = joinPath(this.#taken, entry.name)
    try {
      await this.#client.multi([
        { type: 'check', path: entryPath, version: -1 },
        { type: 'create', path: lockPath, data: owner, mode: 'ephemeral', acl: this.#acl },
      ])
    } catch (error) {
      // It may be our own lock that is in the way, made by a request whose answer was lost.
      if (!(error instanceof MultiError && isOvertaken(error.error))) throw error
    }
    const [lock, found] = await Promise.all([
      this.#client.getDataOrNull(lockPath),
      this.#client.getDataOrNull(entryPath),
    ])
    const { sessionId } = this.#client
    const isOurs = lock?.data?.toString() === owner && lock.stat.ephemeralOwner === sessionId
    if (!isOurs) return undefined
    const item = new QueueItem({
      client: this.#client,
      timing: this.#options,
      entryPath,
      lockPath,
      sessionId,
      data: found?.data ?? null,
      priority: entry.priority,
    })
    if (found !== null) return item
    // Somebody who keeps to no lock has removed it.
    await item.release()
    return undefined
  }

  /** Does what needs the folders, and makes them when they are missing. */
  async #withFolders<Result>(
    perseverance: Perseverance,
    work: (perseverance: Perseverance) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      try {
        return await work(perseverance)
      } catch (error) {
        const cause = error instanceof MultiError ? error.error : error
        if (!(cause instanceof NoNodeError)) throw error
      }
      const { retry, signal } = perseverance
      for (const path of [this.#entries, this.#taken]) {
        await retry(() => this.#client.ensurePath(path, { acl: this.#acl, signal }))
      }
    }
  }
}
