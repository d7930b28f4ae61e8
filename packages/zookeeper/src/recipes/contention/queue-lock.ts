import { persevere } from '../../client/persevere.ts'
import type { CallOptions } from '../../connection/call.ts'
import { type Contest, contend, tryToContend } from './contend.ts'
import { type Contender, listContenders } from './contenders.ts'
import type { OwnZnode } from './own-znode.ts'
import { Possession } from './possession.ts'

/** What the locks have in common: a queue of contenders, and a rule that says whose turn it is. */
export abstract class QueueLock<Held extends HeldLock> {
  protected readonly contest: Contest

  protected constructor(contest: Contest) {
    this.contest = contest
  }

  /** The lock's own znode. */
  get path(): string {
    return this.contest.path
  }

  /**
   * Waits for the lock. Goes on waiting through lost connections; in a new session it stands at the queue's end again. Rejects
   * with an `AbortError` or a `TimeoutError` when the caller wants to wait no longer: then the place in the queue is given up, too.
   */
  async acquire(options: CallOptions = {}): Promise<Held> {
    const { contest } = this
    return this.hold(await persevere(options, contest, (own) => contend(contest, own)))
  }

  /**
   * The lock, where it is free at once; else undefined, also when it was let go only just now. Waits for a connection
   * when there is none: pass a `timeoutMs`.
   */
  async tryAcquire(options: CallOptions = {}): Promise<Held | undefined> {
    const { contest } = this
    const own = await persevere(options, contest, (own) => tryToContend(contest, own))
    return own === undefined ? undefined : this.hold(own)
  }

  /**
   * Waits for the lock, does the work, and releases the lock at its end, also when it fails. Resolves and rejects as the work does; the
   * options limit the waiting, not the work. Pass `held.signal` to what the work calls, so that it stops when the lock may be lost.
   */
  async run<Result>(
    work: (held: Held) => Promise<Result>,
    options: CallOptions = {},
  ): Promise<Result> {
    await using held = await this.acquire(options)
    return await work(held)
  }

  /** Who holds the lock, and then who waits for it, in their order. */
  contenders(options: CallOptions = {}): Promise<Contender[]> {
    return listContenders(this.contest.client, this.path, options)
  }

  protected abstract hold(own: OwnZnode): Held
}

/** A lock that was acquired, until it is released; what it promises stands at `Possession`. */
export class HeldLock extends Possession {
  /** Lets the next one have it. Resolves when the server has said so; safe to call twice. */
  release(options: CallOptions = {}): Promise<void> {
    return this.letGo(options)
  }
}
