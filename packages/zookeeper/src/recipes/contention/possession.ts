import { persevere, unlessAborted } from '../../client/persevere.ts'
import type { CallOptions } from '../../connection/call.ts'
import { ClosedError, ConnectionLossError, TimeoutError } from '../../errors/client-errors.ts'
import type { ZooKeeperError } from '../../errors/zookeeper-error.ts'
import type { OwnZnode } from './own-znode.ts'
import type { Place } from './protected-create.ts'

/** How long the end of an `await using` block waits for the server's word. */
const DISPOSE_TIMEOUT_MS = 2_000

/**
 * What a contender has whose turn has come: a lock, a lease, the lead. It promises:
 *
 * - While `signal` is not aborted this client knows of nothing that could have taken it away: the connection stands, the znode
 *   is there, nobody let it go.
 * - `signal` is aborted the moment that it may be lost, and is never taken back: with a `ConnectionLossError` when the connection
 *   is (somebody else may have it as soon as the session's timeout is over), a `SessionExpiredError` when the session
 *   is, a `NoNodeError` when somebody deleted the znode, a `ClosedError` when the client was closed or it was let go.
 *   Stop then, and let it go: until that, or until the session ends, nobody else gets it.
 * - `fencingToken` is larger than that of all who had it before.
 *
 * A process that stood still, and a request that is late on the network, know of no signal: whatever must never be done by
 * two at a time has to be checked where it is done. Hand the token along, and refuse one that is smaller than the largest seen.
 */
export class Possession implements AsyncDisposable {
  protected readonly own: OwnZnode
  protected readonly place: Place
  readonly #controller = new AbortController()
  readonly #unlisten: readonly (() => void)[]

  constructor(place: Place, own: OwnZnode) {
    this.place = place
    this.own = own
    const { client } = place
    this.#unlisten = [
      own.onGone((error) => this.#end(error)),
      client.onStateChange(() => this.#end(this.#doubt())),
    ]
    // What happened between the answer that made it ours and now.
    if (own.gone !== undefined) this.#end(own.gone)
    else if (client.state !== 'connected') this.#end(this.#doubt())
  }

  /** The contender's znode. */
  get path(): string {
    return this.own.path
  }

  /**
   * The transaction that created the contender's znode (its czxid; of a lock that was downgraded, that of the write lock). One who came
   * before in the queue has a smaller one, for as long as the ensemble keeps its data; the number in the name would begin again with a new
   * parent, and after 2^32 contenders.
   */
  get fencingToken(): bigint {
    return this.own.token
  }

  /** Aborted the moment that it may be lost; `signal.reason` is a `ZooKeeperError` that says why. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * Aborts the signal, deletes the znode, and resolves when the server has said so. While there is no connection that waits for one;
   * the caller need not: the limits end the waiting, not the deletion.
   */
  protected letGo(options: CallOptions): Promise<void> {
    this.#end(new ClosedError('it was let go', { path: this.path }))
    const removal = this.own.remove()
    return persevere(options, this.place, ({ signal }) => unlessAborted(removal, signal))
  }

  /**
   * Lets it go at the end of an `await using` block, and resolves when the server has said so, within two seconds in any case: an outage
   * does not hold up the block, and the deletion goes on without it. Rejects when the server refuses it.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.letGo({ timeoutMs: DISPOSE_TIMEOUT_MS })
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
    }
  }

  /** For every state but `connected`; those that say more have told it to the znode first. */
  #doubt(): ZooKeeperError {
    const { path } = this
    return new ConnectionLossError('the connection was lost, and the session may be', { path })
  }

  #end(error: ZooKeeperError): void {
    if (this.signal.aborted) return
    for (const unlisten of this.#unlisten) unlisten()
    this.#controller.abort(error)
  }
}
