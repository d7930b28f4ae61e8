import { persevere, type Timing } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { SessionExpiredError } from '../errors/client-errors.ts'
import { MultiError } from '../errors/multi-error.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import type { SessionState } from '../session/session-state.ts'

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
 * An item of a `LockingQueue` that this process has locked: nobody else gets it until it is released, or our session is lost.
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
  /**
   * Aborted when our session is lost: then another consumer can have the item. While the client is `suspended` that may be so already;
   * whoever must not work beside another one looks at `client.state` too.
   */
  readonly signal: AbortSignal
  readonly #facts: QueueItemFacts
  readonly #controller = new AbortController()
  readonly #unlisten: () => void
  #isSettled = false

  /** See `LockingQueue.take`. */
  constructor(facts: QueueItemFacts) {
    this.#facts = facts
    this.data = facts.data
    this.priority = facts.priority
    this.path = facts.entryPath
    this.signal = this.#controller.signal
    this.#unlisten = facts.client.onStateChange((state) => this.#onState(state))
    if (!this.#isOurSession) this.#lose()
  }

  /** Whether the lock is ours, as far as we can know: neither consumed nor released, and the session not lost. */
  get held(): boolean {
    return !this.#isSettled && !this.signal.aborted
  }

  /**
   * Removes the item from the queue, together with its lock, if the lock is still ours. A lost answer is cleared up by asking again.
   * Rejects with a `SessionExpiredError` when the session was lost first: another consumer gets the item then, unless
   * `mayHaveHappened` says that ours may have been the one to remove it.
   */
  async consume(options: CallOptions = {}): Promise<void> {
    let mayHaveHappened = false
    const { client, timing, entryPath: path, lockPath } = this.#facts
    const isConsumed = await persevere(options, timing, ({ retry, signal }) =>
      retry(async () => {
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
      }),
    )
    this.#settle()
    if (isConsumed) return
    const message = 'the session was lost, and with it the lock on the item'
    throw new SessionExpiredError(message, { path, mayHaveHappened })
  }

  /** Gives the item back: it is free for the next one. Nothing happens to one that is not ours any more. */
  async release(options: CallOptions = {}): Promise<void> {
    if (!this.held) return
    const { client, timing, lockPath } = this.#facts
    await persevere(options, timing, ({ retry, signal }) =>
      retry(async () => {
        if (!this.#isOurSession) return
        try {
          await client.delete(lockPath, { signal })
        } catch (error) {
          if (!(error instanceof NoNodeError)) throw error
        }
      }),
    )
    this.#settle()
  }

  /** Releases an item that was not consumed. Never rejects: a lock that cannot be released goes with the session. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined)
  }

  get #isOurSession(): boolean {
    return this.#facts.client.sessionId === this.#facts.sessionId
  }

  #onState(state: SessionState): void {
    if (state === 'lost' || state === 'closed' || state === 'authFailed') this.#lose()
  }

  #lose(): void {
    this.#unlisten()
    this.#controller.abort(new SessionExpiredError('the session was lost', { path: this.path }))
  }

  #settle(): void {
    this.#isSettled = true
    this.#unlisten()
  }
}
