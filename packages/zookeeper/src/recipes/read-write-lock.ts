import { persevere } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { type ContenderOptions, placeOf } from './contention/contender-options.ts'
import { OwnZnode } from './contention/own-znode.ts'
import { HeldLock, QueueLock } from './contention/queue-lock.ts'
import { exclusiveTurn, sharedTurn } from './contention/turn.ts'

const READ_PREFIX = '__READ__'

/**
 * Two locks on one queue: many readers at a time, or one writer (Curator's InterProcessReadWriteLock).
 *
 * Fair by order of arrival, so nobody starves: a reader who comes after a waiting writer waits for that one, although
 * others are reading at the moment. Neither lock is reentrant, for the reason that stands at `Lock`: who asks for the read lock while
 * he holds the write lock waits for himself. To go on reading what was written, `downgrade` the write lock.
 */
export class ReadWriteLock {
  readonly path: string
  readonly readLock: ReadLock
  readonly writeLock: WriteLock

  /** `path` is the lock's own: contenders are its children. It is made where it does not exist, and stays. */
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    this.path = path
    this.readLock = new ReadLock(client, path, options)
    this.writeLock = new WriteLock(client, path, options)
  }
}

/** The lock that readers share; see `ReadWriteLock`. It waits for the last writer before it only. */
export class ReadLock extends QueueLock<HeldLock> {
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    const place = placeOf(client, path, READ_PREFIX, options)
    super({ ...place, turn: sharedTurn, watches: 'predecessor' })
  }

  protected override hold(own: OwnZnode): HeldLock {
    return new HeldLock(this.contest, own)
  }
}

/** The lock that one writer has alone; see `ReadWriteLock`. It waits for all before it. */
export class WriteLock extends QueueLock<HeldWriteLock> {
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    const place = placeOf(client, path, '__WRIT__', options)
    super({ ...place, turn: exclusiveTurn, watches: 'predecessor' })
  }

  protected override hold(own: OwnZnode): HeldWriteLock {
    return new HeldWriteLock(this.contest, own)
  }
}

/** A write lock that was acquired. */
export class HeldWriteLock extends HeldLock {
  /**
   * Exchanges the write lock for the read lock, in one transaction: no writer comes in between, and readers who wait behind come in.
   * The read lock has the same fencing token; this one's signal is aborted. There is no way back: two readers who both
   * wanted to write would wait for each other.
   *
   * Rejects like any write. Then there is no read lock; release this lock, of which nobody can tell whether it is still there.
   */
  downgrade(options: CallOptions = {}): Promise<HeldLock> {
    const place = { ...this.place, prefix: READ_PREFIX }
    return persevere(options, place, async (perseverance) => {
      return new HeldLock(place, await OwnZnode.replace(this.own, place, perseverance))
    })
  }
}
