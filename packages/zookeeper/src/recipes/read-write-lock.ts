import type { ZooKeeper } from '../client/zookeeper.ts'
import { type ContenderOptions, placeOf } from './contention/contender-options.ts'
import type { OwnZnode } from './contention/own-znode.ts'
import { HeldLock, QueueLock } from './contention/queue-lock.ts'
import { exclusiveTurn, sharedTurn } from './contention/turn.ts'

/**
 * Two locks on one queue: many readers at a time, or one writer (Curator's InterProcessReadWriteLock).
 *
 * Fair by order of arrival, so nobody starves: a reader who comes after a waiting writer waits for that one, although
 * others are reading at the moment. Neither lock is reentrant, for the reason that stands at `Lock`: who asks for the read lock while
 * he holds the write lock waits for himself.
 */
export class ReadWriteLock {
  readonly readLock: ReadLock
  readonly writeLock: WriteLock

  /** `path` is the lock's own: contenders are its children. It is made where it does not exist, and stays. */
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    this.readLock = new ReadLock(client, path, options)
    this.writeLock = new WriteLock(client, path, options)
  }
}

/** The lock that readers share; see `ReadWriteLock`. It waits for the last writer before it only. */
export class ReadLock extends QueueLock<HeldLock> {
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    const place = placeOf(client, path, '__READ__', options)
    super({ ...place, turn: sharedTurn, watches: 'predecessor' })
  }

  protected override hold(own: OwnZnode): HeldLock {
    return new HeldLock(this.contest, own)
  }
}

/** The lock that one writer has alone; see `ReadWriteLock`. It waits for all before it. */
export class WriteLock extends QueueLock<HeldLock> {
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    const place = placeOf(client, path, '__WRIT__', options)
    super({ ...place, turn: exclusiveTurn, watches: 'predecessor' })
  }

  protected override hold(own: OwnZnode): HeldLock {
    return new HeldLock(this.contest, own)
  }
}
