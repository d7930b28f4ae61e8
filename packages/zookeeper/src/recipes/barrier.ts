import { type Perseverance, persevere, type Timing } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../protocol/records/acl.ts'
import { ChangeCounter } from './change-counter.ts'

/** Settings of a `Barrier`. */
export interface BarrierOptions extends Timing {
  /** The ACL of the znodes that `create` makes. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
}

/**
 * Holds back everybody who waits at it, as long as its znode exists (kazoo's `Barrier`, Curator's `DistributedBarrier`; any of them
 * can share it).
 *
 * All three methods go on over lost connections and sessions until they are done, unless `signal` or `timeoutMs` end
 * them: they then reject with an `AbortError` or a `TimeoutError`. The barrier belongs to no session: it stands until
 * somebody removes it.
 */
export class Barrier {
  readonly path: string
  readonly #client: ZooKeeper
  readonly #options: BarrierOptions
  readonly #changes = new ChangeCounter()

  constructor(client: ZooKeeper, path: string, options: BarrierOptions = {}) {
    this.path = path
    this.#client = client
    this.#options = options
  }

  /** Sets the barrier up; one that stands already is none the less. (Curator: `setBarrier`) */
  create(options: CallOptions = {}): Promise<void> {
    const acl = this.#options.acl ?? OPEN_ACL_UNSAFE
    return this.#persevere(options, ({ retry, signal }) =>
      retry(() => this.#client.ensurePath(this.path, { acl, signal })),
    )
  }

  /**
   * Takes the barrier away and lets all through. Says whether it stood; when an answer was lost on the way, a barrier
   * that our first request or somebody else may have removed counts as removed by us. (Curator: `removeBarrier`)
   */
  remove(options: CallOptions = {}): Promise<boolean> {
    let mayBeOurs = false
    return this.#persevere(options, ({ retry, signal }) =>
      retry(async () => {
        try {
          await this.#client.delete(this.path, { signal })
          return true
        } catch (error) {
          if (error instanceof NoNodeError) return mayBeOurs
          mayBeOurs ||= error instanceof ZooKeeperError && error.mayHaveHappened
          throw error
        }
      }),
    )
  }

  /**
   * Resolves when there is no barrier, at once when there is none now. A barrier that stood when this was called holds it, also where the
   * server that we are connected to has not heard of it yet. One that is removed and set up again quickly may
   * let a waiter through, or hold it once more. (Curator: `waitOnBarrier`)
   */
  wait(options: CallOptions = {}): Promise<void> {
    return this.#persevere(options, async ({ retry, signal }) => {
      await retry(() => this.#client.sync(this.path, { signal }))
      for (;;) {
        const seen = this.#changes.count
        const stat = await retry(() =>
          this.#client.exists(this.path, { watch: this.#changes.note, signal }),
        )
        if (stat === undefined) return
        await this.#changes.beyond(seen, signal)
      }
    })
  }

  #persevere<Result>(
    options: CallOptions,
    work: (perseverance: Perseverance) => Promise<Result>,
  ): Promise<Result> {
    return persevere(options, this.#options, work)
  }
}
