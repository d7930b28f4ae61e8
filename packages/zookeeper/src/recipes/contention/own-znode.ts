import { randomUUID } from 'node:crypto'
import { type Perseverance, persevere } from '../../client/persevere.ts'
import { ClosedError, SessionExpiredError } from '../../errors/client-errors.ts'
import { AuthFailedError, NoNodeError } from '../../errors/server-errors.ts'
import { ZooKeeperError } from '../../errors/zookeeper-error.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import { nodeName } from '../../protocol/path.ts'
import { notify } from '../../session/notify.ts'
import type { SessionState } from '../../session/session-state.ts'
import type { WatchEvent } from '../../session/watch-event.ts'
import { type Place, protectedCreate, protectedReplace, removeOwn } from './protected-create.ts'

/**
 * An ephemeral sequential znode that this client has made, and watches. It is gone when somebody has deleted it, when its session
 * is lost, when the client has come to its end, or when it was removed: then `gone` says why, and it never comes back.
 */
export class OwnZnode {
  readonly path: string
  readonly name: string
  readonly #place: Place
  readonly #listeners = new Set<(error: ZooKeeperError) => void>()
  readonly #unlisten: () => void
  #token: bigint | undefined
  #seen: Promise<void> = Promise.resolve()
  /** Why it is going to be deleted, where we do it ourselves. */
  #leaving: ZooKeeperError | undefined
  #gone: ZooKeeperError | undefined
  #removal: Promise<void> | undefined

  private constructor(place: Place, path: string) {
    this.#place = place
    this.path = path
    this.name = nodeName(path)
    this.#unlisten = place.client.onStateChange((state) => this.#onState(state))
  }

  /** Makes one, which may be gone already: wait until it is `seen`. Leaves none behind when the signal ends it. */
  static async create(place: Place, perseverance: Perseverance): Promise<OwnZnode> {
    const path = await protectedCreate(place, randomUUID(), perseverance)
    return new OwnZnode(place, path).#watch(perseverance)
  }

  /**
   * Makes one at the place in the queue of another one, which is deleted in the same transaction. When that fails nothing is
   * left of the new one, and the old one may be gone.
   */
  static async replace(old: OwnZnode, place: Place, perseverance: Perseverance): Promise<OwnZnode> {
    old.#leaving = new ClosedError('another one took its place', { path: old.path })
    try {
      const path = await protectedReplace(place, old.name, randomUUID(), perseverance)
      const own = new OwnZnode(place, path)
      own.#token = old.#token
      own.#watch(perseverance)
      try {
        await own.#seen
      } catch (error) {
        own.abandon()
        throw error
      }
      return own
    } finally {
      old.#leaving = undefined
    }
  }

  /**
   * The transaction by which this contender came to its place in the queue (its czxid): larger than that of every one before it,
   * as long as the ensemble lives. Known when it is `seen`.
   */
  get token(): bigint {
    return this.#token ?? 0n
  }

  /**
   * Settles when it was read for the first time, and is watched. What was asked after it was made is answered after that, so nobody
   * needs to wait for this before asking.
   */
  get seen(): Promise<void> {
    return this.#seen
  }

  /** Why it is gone; undefined while it is there, as far as this client has heard. */
  get gone(): ZooKeeperError | undefined {
    return this.#gone
  }

  /** Calls the listener when it is gone, until the returned function is called. */
  onGone(listener: (error: ZooKeeperError) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Deletes it, and resolves when the server has. Rejects when the server refuses; then it can be tried again. */
  remove(): Promise<void> {
    this.#end(new ClosedError('it was given up', { path: this.path }))
    this.#removal ??= removeOwn(this.#place, this.path).catch((error: unknown) => {
      this.#removal = undefined
      throw error
    })
    return this.#removal
  }

  /** Deletes it without waiting. Refused for good, it goes with the session. */
  abandon(): void {
    this.remove().catch(() => undefined)
  }

  #watch(perseverance: Perseverance): this {
    this.#seen = this.#look(perseverance)
    // Whoever waits hears of it.
    this.#seen.catch(() => undefined)
    return this
  }

  /** Reads it and leaves a watch. One of another session is one of ours that has expired: it is as good as deleted. */
  async #look({ signal, retry }: Perseverance): Promise<void> {
    const { client } = this.#place
    const options = { watch: this.#onEvent, signal }
    const stat = await retry(() => client.exists(this.path, options))
    if (stat === undefined) this.#end(this.#deleted())
    else if (stat.ephemeralOwner !== client.sessionId) this.#end(this.#expired())
    else this.#token ??= stat.czxid
  }

  readonly #onEvent = (event: WatchEvent): void => {
    // A lost session is told by the client's state.
    if (this.#gone !== undefined || event.type === 'sessionLost') return
    if (event.type === 'deleted') this.#end(this.#deleted())
    else void this.#lookAgain()
  }

  /** Its data was changed: the watch is used up. One that cannot be watched any more is as good as gone. */
  async #lookAgain(): Promise<void> {
    try {
      await persevere({}, this.#place, (perseverance) => this.#look(perseverance))
    } catch (error) {
      if (error instanceof ZooKeeperError) this.#end(error)
      else throw error
    }
  }

  #onState(state: SessionState): void {
    const { path } = this
    if (state === 'lost') this.#end(this.#expired())
    else if (state === 'closed') this.#end(new ClosedError('the client was closed', { path }))
    else if (state === 'authFailed') {
      const message = 'the server refused a credential'
      this.#end(new AuthFailedError(ErrorCode.authFailed, message, { path }))
    }
  }

  #deleted(): ZooKeeperError {
    const { path } = this
    return this.#leaving ?? new NoNodeError(ErrorCode.noNode, 'the znode was deleted', { path })
  }

  #expired(): ZooKeeperError {
    return new SessionExpiredError('the session has expired', { path: this.path })
  }

  #end(error: ZooKeeperError): void {
    if (this.#gone !== undefined) return
    this.#gone = error
    this.#unlisten()
    for (const listener of [...this.#listeners]) notify(() => listener(error))
  }
}
