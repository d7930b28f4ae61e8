import type { DataInput } from '../client/multi.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { type Clock, systemClock } from '../connection/clock.ts'
import { type Acl, OPEN_ACL } from '../protocol/records/acl.ts'
import { type Contest, contend, tryToContend } from './contention/contend.ts'
import { type Contender, listContenders } from './contention/contenders.ts'
import { Limit } from './contention/limit.ts'
import { Possession } from './contention/possession.ts'
import { exclusiveTurn } from './contention/turn.ts'

/** Settings of a lock, an election or a semaphore. */
export interface ContenderOptions {
  /** Who we are, for those who ask for the contenders (default none): a host and a port, say. */
  readonly data?: DataInput
  /** The ACL of our znode, and of the path where that has to be made (default: everybody may do everything). */
  readonly acl?: readonly Acl[]
  /** For tests: where time comes from. */
  readonly clock?: Clock
}

/**
 * A lock that one contender in the whole ensemble holds at a time (Curator's InterProcessMutex, kazoo's Lock), fair: first come,
 * first served.
 *
 * It is not reentrant. Reentrancy needs an owner who can be recognised when he comes again; a thread is one, but
 * asynchronous calls have none. Two calls of `acquire`, on one object or on two, are two contenders: the second one waits for the first
 * one's release. Hand the `HeldLock` along to what runs under the lock.
 */
export class Lock {
  readonly path: string
  readonly #contest: Contest

  /** `path` is the lock's own: contenders are its children. It is made where it does not exist, and stays. */
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    this.path = path
    this.#contest = {
      client,
      path,
      prefix: 'lock-',
      data: options.data ?? null,
      acl: options.acl ?? OPEN_ACL,
      clock: options.clock ?? systemClock,
      turn: exclusiveTurn,
      watches: 'predecessor',
    }
  }

  /**
   * Waits for the lock. Goes on waiting through lost connections; in a new session it stands at the queue's end again. Rejects
   * with an `AbortedError` or a `TimeoutError` when the caller wants to wait no longer: then the place in the queue is given up, too.
   */
  async acquire(options: CallOptions = {}): Promise<HeldLock> {
    using limit = new Limit(`acquiring the lock ${this.path}`, options, this.#contest.clock)
    return new HeldLock(this.#contest, await contend(this.#contest, limit))
  }

  /**
   * The lock, where it is free at once; else undefined. It may be told that it is not free when it was let go just now. Waits for a connection
   * when there is none: pass a `timeoutMs`.
   */
  async tryAcquire(options: CallOptions = {}): Promise<HeldLock | undefined> {
    using limit = new Limit(`acquiring the lock ${this.path}`, options, this.#contest.clock)
    const own = await tryToContend(this.#contest, limit)
    return own === undefined ? undefined : new HeldLock(this.#contest, own)
  }

  /** Who holds the lock, and then who waits for it, in their order. */
  contenders(options: CallOptions = {}): Promise<Contender[]> {
    return listContenders(this.#contest.client, this.path, options)
  }
}

/** A lock that was acquired, until it is released; what it promises stands at `Possession`. */
export class HeldLock extends Possession implements AsyncDisposable {
  /** Lets the next one have it. Resolves when the server has said so; safe to call twice. */
  release(options: CallOptions = {}): Promise<void> {
    return this.letGo('releasing the lock', options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}
