import type { PersistentWatch } from '../client/persistent-watch.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { type Clock, systemClock, type Timer } from '../connection/clock.ts'
import { AbortedError, CacheOverflowError, ClosedError } from '../errors/client-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { notify } from '../session/notify.ts'
import type { PersistentWatchEvent } from '../session/watch-event.ts'
import { applyReading, applyTree, type TreeChange } from './tree-difference.ts'
import { type TreeNode, TreeReader } from './tree-reader.ts'

/** Settings of a `TreeCache`. */
export interface TreeCacheOptions {
  /** How far below the root to look; 0 is the root alone (default: any depth). */
  readonly maxDepth?: number
  /** With more znodes the cache fails with a `CacheOverflowError` instead of growing (default 100,000). */
  readonly maxNodes?: number
  /** What the replies of one read should stay below (default 16 MiB; keep it below the client's `maxReplyBytes`). */
  readonly maxReplyBytes?: number
  /** For tests: where time comes from. */
  readonly clock?: Clock
}

const DEFAULT_MAX_NODES = 100_000
const DEFAULT_MAX_REPLY_BYTES = 16 * 1024 * 1024
/** The pause before reading again after a failure that no reconnect will follow. */
const RETRY_MS = 250

/** Told what changed, all at once; `nodes` holds the new state already. */
export type TreeListener = (changes: readonly TreeChange[]) => void

/**
 * Keeps a copy of a path and all that lies below it. States may be skipped, the last one never.
 *
 * It is built on one persistent-recursive watch. An event only says which path to read again: since the server
 * sends the event before any reply that would show the change, a read that begins after the last event
 * of a path finds its last state, and a change during the read brings another event and another read. After a reconnect
 * or in a new session the watch says `resync`: then everything is read again, and the difference told. Reads
 * follow one another, so an older one can never overwrite a newer one. Needs ZooKeeper 3.6.
 */
export class TreeCache implements AsyncDisposable {
  readonly path: string
  readonly #client: ZooKeeper
  readonly #reader: TreeReader
  readonly #maxDepth: number
  readonly #maxNodes: number
  readonly #clock: Clock
  readonly #nodes = new Map<string, TreeNode>()
  readonly #listeners = new Set<TreeListener>()
  readonly #syncedListeners = new Set<() => void>()
  readonly #errorListeners = new Set<(error: ZooKeeperError) => void>()
  readonly #stopListeners = new Set<() => void>()
  readonly #dirty = new Set<string>()
  #mustReadAll = true
  #isReading = false
  #synced = false
  #error: ZooKeeperError | undefined
  #detach: () => Promise<void> = async () => {}
  #retry: Timer | undefined

  constructor(client: ZooKeeper, path: string, options: TreeCacheOptions = {}) {
    this.path = path
    this.#client = client
    this.#maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY
    this.#maxNodes = options.maxNodes ?? DEFAULT_MAX_NODES
    this.#clock = options.clock ?? systemClock
    this.#reader = new TreeReader(client, {
      maxDepth: this.#maxDepth,
      maxNodes: this.#maxNodes,
      maxReplyBytes: options.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES,
    })
  }

  /** The znodes by path, the root's own included; a znode that the ACL does not let us read is left out. */
  get nodes(): ReadonlyMap<string, TreeNode> {
    return this.#nodes
  }

  /** Whether `nodes` is the server's state, but for events on their way. False from a lost connection to the end of the next reading. */
  get synced(): boolean {
    return this.#synced
  }

  /** Why the cache stopped; undefined while it works. */
  get error(): ZooKeeperError | undefined {
    return this.#error
  }

  /**
   * Watches and reads. Resolves when the first reading is complete; the root need not exist, its creation is followed. Goes
   * on through lost connections and sessions. Rejects when the cache cannot work: the client is closed, the server too old,
   * there are too many znodes, the signal aborted. Call it once.
   */
  async start(options: Pick<CallOptions, 'signal'> = {}): Promise<void> {
    const { signal } = options
    const onAbort = () =>
      this.#fail(new AbortedError('starting the cache was aborted', { cause: signal?.reason }))
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      if (signal?.aborted === true) onAbort()
      const firstReading = this.#whenSynced()
      // Not awaited: without a connection it goes on waiting for one when the cache is stopped.
      void this.#attach()
      await firstReading
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Calls the listener for every batch of changes, until the returned function is called. */
  subscribe(listener: TreeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls the listener every time that `synced` becomes true, after the changes were told. */
  onSynced(listener: () => void): () => void {
    this.#syncedListeners.add(listener)
    return () => this.#syncedListeners.delete(listener)
  }

  /** Calls the listener when the cache stops because it cannot work any more. */
  onError(listener: (error: ZooKeeperError) => void): () => void {
    this.#errorListeners.add(listener)
    return () => this.#errorListeners.delete(listener)
  }

  /** Stops following. `nodes` stays as it is. */
  async close(): Promise<void> {
    this.#stop(new ClosedError('the cache was closed'))
    await this.#detach()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #attach(): Promise<void> {
    if (this.#error !== undefined) return
    try {
      this.#onAttached(await this.#client.addWatch(this.path, 'persistentRecursive'))
    } catch (error) {
      const known = asError(error)
      if (!known.retryable) this.#fail(known)
      else if (this.#error === undefined) {
        this.#retry = this.#clock.setTimer(() => void this.#attach(), RETRY_MS)
      }
    }
  }

  #onAttached(watch: PersistentWatch): void {
    const unsubscribe = watch.subscribe((event) => this.#onEvent(event))
    const unlisten = this.#client.onStateChange((state) => {
      if (state === 'suspended' || state === 'lost') this.#synced = false
    })
    const unlistenEnd = watch.onEnd(() => {
      this.#fail(watch.error ?? new ClosedError('the watch was ended'))
    })
    this.#detach = async () => {
      unsubscribe()
      unlisten()
      unlistenEnd()
      await watch.close()
    }
    if (this.#error === undefined) this.#wake()
    else void this.#detach()
  }

  #onEvent(event: PersistentWatchEvent): void {
    if (event.type === 'resync') this.#mustReadAll = true
    else if (this.#depthOf(event.path) <= this.#maxDepth) this.#dirty.add(event.path)
    else return
    this.#wake()
  }

  #depthOf(path: string): number {
    const below = this.path === '/' ? path : path.slice(this.path.length)
    if (below === '' || below === '/') return 0
    let depth = 0
    for (const character of below) if (character === '/') depth++
    return depth
  }

  /** Reads what is to be read once this tick's events are all in. */
  #wake(): void {
    if (this.#isReading || this.#error !== undefined) return
    this.#isReading = true
    this.#retry?.cancel()
    process.nextTick(() => void this.#read())
  }

  async #read(): Promise<void> {
    try {
      while (this.#error === undefined && (this.#mustReadAll || this.#dirty.size > 0)) {
        if (this.#mustReadAll) await this.#readAll()
        else await this.#readDirty()
      }
    } catch (error) {
      this.#onReadFailure(asError(error))
    } finally {
      this.#isReading = false
    }
  }

  async #readAll(): Promise<void> {
    this.#mustReadAll = false
    // Whatever these said happened before the reading that begins now.
    this.#dirty.clear()
    const tree = await this.#reader.readTree(this.path, this.#nodes)
    // The watch was armed again in the middle: events may have been missed since the reading began.
    if (this.#mustReadAll || this.#error !== undefined) return
    this.#tell(applyTree(this.#nodes, tree))
    if (this.#error !== undefined || this.#client.state !== 'connected') return
    this.#synced = true
    for (const listener of [...this.#syncedListeners]) notify(listener)
  }

  async #readDirty(): Promise<void> {
    const paths = [...this.#dirty]
    this.#dirty.clear()
    const readings = await this.#reader.readNodes(paths, this.#nodes)
    if (this.#error !== undefined) return
    const changes: TreeChange[] = []
    for (const [path, node] of readings) {
      const change = applyReading(this.#nodes, path, node)
      if (change !== undefined) changes.push(change)
    }
    this.#tell(changes)
    if (this.#nodes.size > this.#maxNodes) {
      this.#fail(new CacheOverflowError(`there are more than ${this.#maxNodes} znodes`))
    }
  }

  #onReadFailure(error: ZooKeeperError): void {
    if (this.#error !== undefined) return
    if (!error.retryable) {
      this.#fail(error)
      return
    }
    this.#mustReadAll = true
    this.#synced = false
    // Without a connection the watch will be armed again, and say so. With one, nothing else would wake us.
    this.#retry = this.#clock.setTimer(() => {
      if (this.#client.state === 'connected') this.#wake()
    }, RETRY_MS)
  }

  #tell(changes: readonly TreeChange[]): void {
    if (changes.length === 0) return
    for (const listener of [...this.#listeners]) notify(() => listener(changes))
  }

  #fail(error: ZooKeeperError): void {
    if (this.#error !== undefined) return
    this.#stop(error)
    void this.#detach()
    for (const listener of [...this.#errorListeners]) notify(() => listener(error))
  }

  #stop(error: ZooKeeperError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#synced = false
    this.#retry?.cancel()
    for (const listener of [...this.#stopListeners]) listener()
  }

  /** Resolves when `synced` becomes true; rejects when the cache stops, or has stopped. */
  #whenSynced(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onStop = () => {
        unsubscribe()
        reject(this.#error)
      }
      const unsubscribe = this.onSynced(() => {
        unsubscribe()
        this.#stopListeners.delete(onStop)
        resolve()
      })
      this.#stopListeners.add(onStop)
      if (this.#error !== undefined) onStop()
    })
  }
}

function asError(error: unknown): ZooKeeperError {
  if (error instanceof ZooKeeperError) return error
  return new ClosedError('the cache broke', { cause: error })
}
