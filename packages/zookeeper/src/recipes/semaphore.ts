import type { DataInput } from '../client/multi.ts'
import { persevere } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { joinPath } from '../protocol/path.ts'
import { agreeOnLeases } from './contention/agree-on-leases.ts'
import { type Contest, contend, contendOnce, tryToContend } from './contention/contend.ts'
import { type ContenderOptions, placeOf } from './contention/contender-options.ts'
import { type Contender, listContenders } from './contention/contenders.ts'
import { Possession } from './contention/possession.ts'
import { exclusiveTurn, placesTurn } from './contention/turn.ts'

/** Options of `Semaphore.acquire`. */
export interface AcquireLeaseOptions extends CallOptions {
  /** What to tell about this lease (default: the semaphore's `data`). */
  readonly data?: DataInput | undefined
}

/**
 * Gives out up to `maxLeases` leases at a time over the whole ensemble (Curator's InterProcessSemaphoreV2, kazoo's Semaphore), fair:
 * first come, first served.
 *
 * The leases are a queue below `leases`, of which the first `maxLeases` have their turn. Who wants one waits for a lock below `locks`
 * first, so that only one at a time stands in the queue, and is woken when a lease is returned.
 */
export class Semaphore {
  /** How many leases there are. */
  readonly maxLeases: number
  readonly #client: ZooKeeper
  readonly #path: string
  readonly #locks: Contest
  readonly #leases: Contest

  /**
   * `path` is the semaphore's own, and keeps `maxLeases`, which must be the same for all who use it, as its data. It is made where it
   * does not exist, and stays. Throws an `InvalidOptionError` when `maxLeases` is not a whole number from 1.
   */
  constructor(client: ZooKeeper, path: string, maxLeases: number, options: ContenderOptions = {}) {
    if (!Number.isSafeInteger(maxLeases) || maxLeases < 1) {
      throw new InvalidOptionError(`maxLeases must be a whole number from 1, not ${maxLeases}`)
    }
    this.maxLeases = maxLeases
    this.#client = client
    this.#path = path
    this.#locks = {
      ...placeOf(client, joinPath(path, 'locks'), 'lock-', options),
      turn: exclusiveTurn,
      watches: 'predecessor',
    }
    this.#leases = {
      ...placeOf(client, joinPath(path, 'leases'), 'lease-', options),
      turn: placesTurn(maxLeases),
      watches: 'everybody',
    }
  }

  get path(): string {
    return this.#path
  }

  /**
   * Waits for a lease. Goes on waiting through lost connections; in a new session it stands at the queue's end again. Rejects
   * with an `AbortError` or a `TimeoutError` when the caller wants to wait no longer: then the place in the queue is given up, too.
   * Rejects with an `InvalidOptionError` when others use the path with another `maxLeases`.
   */
  async acquire(options: AcquireLeaseOptions = {}): Promise<Lease> {
    const contest = this.#contestOf(options)
    const own = await persevere(options, contest, async (perseverance) => {
      await agreeOnLeases(this.#placeOfNumber(), this.maxLeases, perseverance)
      for (;;) {
        const lock = await contend(this.#locks, perseverance)
        try {
          const own = await contendOnce(contest, perseverance)
          if (own !== undefined) return own
        } finally {
          lock.abandon()
        }
      }
    })
    return new Lease(contest, own)
  }

  /**
   * A lease, where one is free at once; else undefined. It does not wait for the lock: one that is returned at this moment goes
   * to who asks first. Waits for a connection when there is none: pass a `timeoutMs`.
   */
  async tryAcquire(options: AcquireLeaseOptions = {}): Promise<Lease | undefined> {
    const contest = this.#contestOf(options)
    const own = await persevere(options, contest, async (perseverance) => {
      await agreeOnLeases(this.#placeOfNumber(), this.maxLeases, perseverance)
      return tryToContend(contest, perseverance)
    })
    return own === undefined ? undefined : new Lease(contest, own)
  }

  /**
   * Waits for a lease, does the work, and returns the lease at its end, also when it fails. Resolves and rejects as the work does; the
   * options limit the waiting, not the work. Pass `lease.signal` to what the work calls, so that it stops when the lease may be lost.
   */
  async run<Result>(
    work: (lease: Lease) => Promise<Result>,
    options: AcquireLeaseOptions = {},
  ): Promise<Result> {
    await using lease = await this.acquire(options)
    return await work(lease)
  }

  /** Who has a lease, in the order of their coming. */
  async leaseHolders(options: CallOptions = {}): Promise<Contender[]> {
    const all = await listContenders(this.#client, this.#leases.path, options)
    return all.slice(0, this.maxLeases)
  }

  #placeOfNumber() {
    return { client: this.#client, path: this.#path, acl: this.#leases.acl }
  }

  #contestOf({ data }: AcquireLeaseOptions): Contest {
    return data === undefined ? this.#leases : { ...this.#leases, data }
  }
}

/** A lease, from the grant until it is returned or lost; what it promises stands at `Possession`. */
export class Lease extends Possession {
  /** Returns the lease. Resolves when the server has said so; safe to call twice. */
  release(options: CallOptions = {}): Promise<void> {
    return this.letGo(options)
  }
}
