import { persevere, unlessAborted } from '../client/persevere.ts'
import type { PersistentWatch } from '../client/persistent-watch.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { type Clock, systemClock, type Timer } from '../connection/clock.ts'
import { ClosedError } from '../errors/client-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { notify } from '../session/notify.ts'
import { isAnswered } from '../session/session-state.ts'
import type {
  NodeEvent,
  PersistentWatchEvent,
  PersistentWatchMode,
} from '../session/watch-event.ts'

/** The pause before reading again after a failure that no reconnect will follow. */
const RETRY_MS = 250

/** Puts what was read into the cache, and tells what that changed. */
export type ApplyReading = () => void

/** What a cache is built on. */
interface WatchedCacheOptions {
  readonly mode: PersistentWatchMode
  /** For tests: where time comes from. */
  readonly clock?: Clock | undefined
}

/**
 * What all caches have in common: one persistent watch, and readings that follow one another. States may be skipped, the last
 * one never.
 *
 * An event only says which path to read again: since the server sends the event before any reply that would show the change, a
 * read that begins after the last event of a path finds its last state, and a change during the read brings another
 * event and another read. After a reconnect or in a new session the watch says `resync`: then everything is read again. A reading
 * during which that came is dropped, and readings never overlap, so an older one cannot overwrite a newer one.
 * Needs ZooKeeper 3.6: an older server knows no persistent watches, and `start` rejects with an `UnimplementedError`.
 */
export abstract class WatchedCache implements AsyncDisposable {
  readonly path: string
  readonly #client: ZooKeeper
  readonly #mode: PersistentWatchMode
  readonly #clock: Clock
  readonly #syncedListeners = new Set<() => void>()
  readonly #errorListeners = new Set<(error: ZooKeeperError) => void>()
  readonly #stopListeners = new Set<() => void>()
  #started: Promise<void> | undefined
  #dirty = new Set<string>()
  #mustReadAll = true
  #isReading = false
  #synced = false
  #error: ZooKeeperError | undefined
  #detach: () => Promise<void> = async () => {}
  #retry: Timer | undefined

  constructor(client: ZooKeeper, path: string, options: WatchedCacheOptions) {
    this.path = path
    this.#client = client
    this.#mode = options.mode
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Whether the cache holds the server's state, but for events on their way. False from a lost connection to the end of the next
   * reading. (On a read-only server its state is what that one knows.)
   */
  get synced(): boolean {
    return this.#synced
  }

  /** Why the cache stopped; undefined while it works. */
  get error(): ZooKeeperError | undefined {
    return this.#error
  }

  /**
   * Watches and reads. Resolves when the first reading is complete; the path need not exist, its creation is followed. Goes
   * on through lost connections and sessions. When `signal` or `timeoutMs` end the waiting it goes on trying, until `close`. Rejects when
   * the cache cannot work: it or the client is closed, the server too old, there is too much to hold. Called again, it waits for
   * the same first reading.
   */
  start(options: CallOptions = {}): Promise<void> {
    this.#started ??= this.#begin()
    const started = this.#started
    return persevere(options, { clock: this.#clock }, ({ signal }) =>
      unlessAborted(started, signal),
    )
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

  /** Stops following. What the cache holds stays as it is. */
  async close(): Promise<void> {
    this.#stop(new ClosedError('the cache was closed'))
    await this.#detach()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Whether an event is about anything that the cache holds. */
  protected abstract concerns(event: NodeEvent): boolean

  /** Reads everything. What it gives is called unless the reading is out of date by then. */
  protected abstract readAll(): Promise<ApplyReading>

  /** Reads what events told of. */
  protected abstract readPaths(paths: readonly string[]): Promise<ApplyReading>

  #begin(): Promise<void> {
    const firstReading = this.#whenSynced()
    // Not awaited: without a connection it goes on waiting for one when the cache is stopped.
    void this.#attach()
    return firstReading
  }

  async #attach(): Promise<void> {
    if (this.#error !== undefined) return
    try {
      this.#onAttached(await this.#client.addWatch(this.path, this.#mode))
    } catch (error) {
      const known = asError(error)
      if (!known.retryable) this.#fail(known)
      else if (this.#error === undefined) {
        this.#retry = this.#clock.setTimer(() => void this.#attach(), RETRY_MS)
      }
    }
  }

  #onAttached(watch: PersistentWatch): void {
    const unsubscribe = watch.onEvent((event) => this.#onEvent(event))
    const unlisten = this.#client.onStateChange((state) => {
      if (!isAnswered(state)) this.#synced = false
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
    else if (this.concerns(event)) this.#dirty.add(event.path)
    else return
    this.#wake()
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
    const apply = await this.readAll()
    // The watch was armed again in the middle: events may have been missed since the reading began.
    if (this.#mustReadAll || this.#error !== undefined) return
    apply()
    if (this.#error !== undefined || !isAnswered(this.#client.state)) return
    this.#synced = true
    for (const listener of [...this.#syncedListeners]) notify(listener)
  }

  async #readDirty(): Promise<void> {
    const paths = [...this.#dirty]
    this.#dirty = new Set()
    const apply = await this.readPaths(paths)
    if (this.#error === undefined) apply()
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
      if (isAnswered(this.#client.state)) this.#wake()
    }, RETRY_MS)
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
