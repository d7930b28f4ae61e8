import { type Perseverance, persevere, type Timing, unlessAborted } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { ClosedError, ConnectionLossError, SessionExpiredError } from '../errors/client-errors.ts'
import { MultiError } from '../errors/multi-error.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { SessionState } from '../session/session-state.ts'
import type { WatchEvent } from '../session/watch-event.ts'

/** How long the end of an `await using` block waits for the server's word. */
const DISPOSE_TIMEOUT_MS = 2_000

/** What a taken item is made of. */
export interface QueueItemFacts {
  readonly client: ZooKeeper
  readonly timing: Timing
  readonly entryPath: string
  readonly lockPath: string
  /** The session that owns the lock. */
  readonly sessionId: bigint
  readonly data: Buffer | null
  readonly priority: number
}

/**
 * An item of a `LockingQueue` that this process has locked: nobody else gets it until it is released, or our session ends.
 *
 * `consume` it when the work is done, or `release` it for somebody else. With `await using item = …` an item that was not consumed is
 * released at the end of the block.
 */
export class QueueItem implements AsyncDisposable {
  readonly data: Buffer | null
  /** 0 to 999; lower ones came first. */
  readonly priority: number
  /** The znode that holds the item. */
  readonly path: string
  readonly #facts: QueueItemFacts
  readonly #controller = new AbortController()
  readonly #unlisten: () => void
  #removal: Promise<void> | undefined
  #isConsuming = false

  /** See `LockingQueue.take`. */
  constructor(facts: QueueItemFacts) {
    const { client } = facts
    this.#facts = facts
    this.data = facts.data
    this.priority = facts.priority
    this.path = facts.entryPath
    this.#unlisten = client.onStateChange((state) => this.#onState(state))
    // What happened between the answer that made it ours and now.
    if (client.state !== 'connected') this.#onState(client.state)
    else void this.#watchLock()
  }

  /**
   * Aborted the moment that the item may be another consumer's, and never taken back, as with a lock (`Possession`): with a
   * `ConnectionLossError` when the connection is lost (another one can have it as soon as the session's timeout is over), a
   * `SessionExpiredError` when the session is, a `NoNodeError` when somebody deleted the lock, a `ClosedError` when the item was consumed
   * or released, or the client closed. After a `ConnectionLossError` the item can still be consumed: if the session lives, it is ours.
   */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * Removes the item from the queue, together with its lock, if the lock is still ours. A lost answer is cleared up by asking again.
   * Rejects with a `SessionExpiredError` when the session was lost first: another consumer gets the item then, unless
   * `mayHaveHappened` says that ours may have been the one to remove it.
   */
  async consume(options: CallOptions = {}): Promise<void> {
    const { path } = this
    this.#isConsuming = true
    try {
      await persevere(options, this.#facts.timing, (perseverance) => this.#delete(perseverance))
      this.#removal = Promise.resolve()
      this.#end(new ClosedError('the item was consumed', { path }))
    } finally {
      this.#isConsuming = false
      // Where it was not consumed: what became of the lock was not heeded meanwhile.
      void this.#watchLock()
    }
  }

  /**
   * Aborts the signal, gives the item back, free for the next one, and resolves when the server has said so. While there is no connection
   * that waits for one; the caller need not: the limits end the waiting, not the giving back. Nothing happens to an item that is not
   * ours any more.
   */
  release(options: CallOptions = {}): Promise<void> {
    const { timing } = this.#facts
    this.#end(new ClosedError('the item was released', { path: this.path }))
    this.#removal ??= this.#removeLock().catch((error: unknown) => {
      this.#removal = undefined
      throw error
    })
    const removal = this.#removal
    return persevere(options, timing, ({ signal }) => unlessAborted(removal, signal))
  }

  /**
   * Releases an item that was not consumed. Never rejects, since a lock that cannot be released goes with the session; resolves within two
   * seconds, since an outage shall not hold up the end of a block: the item is given back without it.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release({ timeoutMs: DISPOSE_TIMEOUT_MS }).catch(() => undefined)
  }

  async #delete({ retry, signal }: Perseverance): Promise<void> {
    const { client, entryPath: path, lockPath } = this.#facts
    let mayHaveHappened = false
    const isDeleted = await retry(async () => {
      // A request that is made now is sent in this session or not at all.
      if (!this.#isOurSession) return false
      try {
        const paths = [lockPath, path]
        await client.multi(
          paths.map((one) => ({ type: 'delete', path: one })),
          { signal },
        )
      } catch (error) {
        const isGone = error instanceof MultiError && error.error instanceof NoNodeError
        // In our session nobody else could: it was the request whose answer was lost.
        if (isGone && mayHaveHappened) return true
        mayHaveHappened ||= error instanceof ZooKeeperError && error.mayHaveHappened
        throw isGone ? error.error : error
      }
      return true
    })
    if (isDeleted) return
    const message = 'the session was lost, and with it the lock on the item'
    throw new SessionExpiredError(message, { path, mayHaveHappened })
  }

  #removeLock(): Promise<void> {
    const { client, timing, lockPath } = this.#facts
    return persevere({}, timing, ({ retry }) =>
      retry(async () => {
        if (!this.#isOurSession) return
        try {
          await client.delete(lockPath)
        } catch (error) {
          if (!(error instanceof NoNodeError)) throw error
        }
      }),
    )
  }

  /** Leaves a watch on the lock, to hear of somebody who keeps to no rule. One that cannot be watched any more is as good as gone. */
  async #watchLock(): Promise<void> {
    if (!this.#isOurSession) this.#end(this.#expired())
    const { signal } = this
    if (signal.aborted) return
    const { client, timing, lockPath } = this.#facts
    const options = { watch: this.#onLockEvent, signal }
    try {
      const lock = await persevere({ signal }, timing, ({ retry }) =>
        // Not exists(): where the lock has just gone its watch would be left for ever.
        retry(() => client.getDataOrNull(lockPath, options)),
      )
      if (lock === null) this.#end(this.#deleted())
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error
      this.#end(error)
    }
  }

  readonly #onLockEvent = (event: WatchEvent): void => {
    // A lost session is told by the client's state, and it is our own consumption that deletes the lock.
    if (this.#isConsuming || event.type === 'sessionLost') return
    if (event.type === 'deleted') this.#end(this.#deleted())
    else void this.#watchLock()
  }

  get #isOurSession(): boolean {
    return this.#facts.client.sessionId === this.#facts.sessionId
  }

  #onState(state: SessionState): void {
    const { path } = this
    if (state === 'lost') this.#end(this.#expired())
    else if (state === 'closed') this.#end(new ClosedError('the client was closed', { path }))
    else
      this.#end(
        new ConnectionLossError('the connection was lost, and the session may be', { path }),
      )
  }

  #expired(): ZooKeeperError {
    return new SessionExpiredError('the session has expired', { path: this.path })
  }

  #deleted(): ZooKeeperError {
    const { path } = this
    return new NoNodeError(ErrorCode.noNode, 'somebody deleted the lock', { path })
  }

  #end(error: ZooKeeperError): void {
    if (this.signal.aborted) return
    this.#unlisten()
    this.#controller.abort(error)
  }
}
