import type { ZooKeeper } from '../client/zookeeper.ts'
import { type ContenderOptions, placeOf } from './contention/contender-options.ts'
import type { OwnZnode } from './contention/own-znode.ts'
import { HeldLock, QueueLock } from './contention/queue-lock.ts'
import { exclusiveTurn } from './contention/turn.ts'

/**
 * A lock that one contender in the whole ensemble holds at a time (Curator's InterProcessMutex, kazoo's Lock), fair: first come,
 * first served. Each contender watches the one before, so a release wakes one.
 *
 * It is not reentrant. Reentrancy needs an owner who can be recognised when he comes again; a thread is one, but
 * asynchronous calls have none. Two calls of `acquire`, on one object or on two, are two contenders: the second one waits for the first
 * one's release. Hand the `HeldLock` along to what runs under the lock.
 */
export class Lock extends QueueLock<HeldLock> {
  /** `path` is the lock's own: contenders are its children. It is made where it does not exist, and stays. */
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    const place = placeOf(client, path, 'lock-', options)
    super({ ...place, turn: exclusiveTurn, watches: 'predecessor' })
  }

  protected override hold(own: OwnZnode): HeldLock {
    return new HeldLock(this.contest, own)
  }
}
