import { type DataInput, toBytes } from '../client/multi.ts'
import { persevere, unlessAborted } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { systemClock, type Timer } from '../connection/clock.ts'
import { ClosedError } from '../errors/client-errors.ts'
import { MultiError } from '../errors/multi-error.ts'
import { NoAuthError, NoNodeError } from '../errors/server-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { parentPath } from '../protocol/path.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../protocol/records/acl.ts'
import { type BackOffOptions, backOffMs } from '../session/back-off.ts'
import { notify } from '../session/notify.ts'
import { deferred } from './deferred.ts'
import type {
  EphemeralNodeEvent,
  EphemeralNodeState,
  PersistentEphemeralNodeOptions,
} from './ephemeral-node-state.ts'
import { type OwnershipStep, ownershipStep, type WrittenNode } from './ephemeral-ownership.ts'
import { isOvertaken } from './is-overtaken.ts'

/** Between retries of what ZooKeeper refused. */
const BACK_OFF: BackOffOptions = { minMs: 100, maxMs: 5_000 }
/** Former sessions that are remembered; the oldest has long been cleaned up by then. */
const FORMER_SESSIONS_MAX = 64
/** How long `close` waits for the znode to go. */
const CLOSE_TIMEOUT_MS = 2_000

interface DataWaiter {
  readonly data: Buffer
  readonly done: (error?: ZooKeeperError) => void
}

/**
 * An ephemeral znode that stays: made again under the same path when its session is lost, when somebody deletes it or writes over it
 * (Curator: `PersistentNode` with mode `EPHEMERAL`).
 *
 * It works towards the wanted znode from what ZooKeeper shows, one step at a time, so a lost answer, an expiry, a deletion by hand and a stale
 * predecessor are all one case. Whose znode it is, its `ephemeralOwner` says, nothing else: one that another session owns is waited
 * out, but for those of our own sessions that a server said are over and for one that `isPredecessor` knows. These are
 * replaced in one transaction, if nobody has written to them since, so that nobody sees the znode go.
 */
export class PersistentEphemeralNode implements AsyncDisposable {
  readonly path: string
  readonly #client: ZooKeeper
  readonly #options: PersistentEphemeralNodeOptions
  readonly #acl: readonly Acl[]
  readonly #listeners = new Set<(event: EphemeralNodeEvent) => void>()
  readonly #formerSessionIds = new Set<bigint>()
  readonly #first = deferred()
  #data: Buffer
  #written: WrittenNode | undefined
  #waiters: DataWaiter[] = []
  #event: EphemeralNodeEvent = { state: 'connecting' }
  #sessionId = 0n
  #mayExist = false
  #wasPresent = false
  #failures = 0
  #isStarted = false
  #running: Promise<void> | undefined
  #again = false
  #timer: Timer | undefined
  #unlisten: () => void = () => {}
  #closing: Promise<void> | undefined

  constructor(
    client: ZooKeeper,
    path: string,
    data: DataInput,
    options: PersistentEphemeralNodeOptions = {},
  ) {
    this.path = path
    this.#client = client
    this.#options = options
    this.#acl = options.acl ?? OPEN_ACL_UNSAFE
    this.#data = ownBytes(data)
  }

  /** The last change of state. */
  get event(): EphemeralNodeEvent {
    return this.#event
  }

  get state(): EphemeralNodeState {
    return this.#event.state
  }

  /** Whether others may see the znode or have seen it: it was written, or its creation is under way. */
  get mayExist(): boolean {
    return this.#mayExist
  }

  /** Calls the listener at every change of state or its reason, until the returned function is called. */
  onStateChange(listener: (event: EphemeralNodeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Begins, and resolves when the znode is there for the first time. When `signal` or `timeoutMs` end the waiting it goes on trying, until
   * `close`. Rejects with a `ClosedError` when this or the client is closed, with an `AuthFailedError` when the client's
   * credentials are refused.
   */
  start(options: CallOptions = {}): Promise<void> {
    if (!this.#isStarted) {
      this.#isStarted = true
      this.#unlisten = this.#client.onStateChange(() => this.#onSessionChange())
      this.#onSessionChange()
    }
    return persevere(options, this.#options, ({ signal }) =>
      unlessAborted(this.#first.promise, signal),
    )
  }

  /**
   * Changes the data, now and for every later creation. Resolves when ZooKeeper has it or newer data; when `signal` or `timeoutMs`
   * end the waiting the data is still the wanted one. Rejects with a `ClosedError` at `close`.
   */
  setData(data: DataInput, options: CallOptions = {}): Promise<void> {
    const bytes = ownBytes(data)
    if (this.state === 'closed') return Promise.reject(closedError(this.path))
    this.#data = bytes
    const written = new Promise<void>((resolve, reject) => {
      const done = (error?: ZooKeeperError) => (error === undefined ? resolve() : reject(error))
      this.#waiters.push({ data: bytes, done })
    })
    this.#step()
    return persevere(options, this.#options, ({ signal }) => unlessAborted(written, signal))
  }

  /**
   * Takes the znode away, if it is ours, and ends. Never rejects; resolves within two seconds. Without a connection the znode goes as soon as
   * there is one, or with its session.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const running = this.#running
    this.#end(closedError(this.path))
    if (!this.#mayExist) return
    const removing = persevere({}, this.#options, async ({ retry }) => {
      await running
      await retry(() => this.#removeOwn())
    })
    const limit = { timeoutMs: CLOSE_TIMEOUT_MS }
    await persevere(limit, this.#options, ({ signal }) => unlessAborted(removing, signal)).catch(
      () => undefined,
    )
  }

  async #removeOwn(): Promise<void> {
    const stat = await this.#client.exists(this.path)
    if (stat === undefined || stat.ephemeralOwner !== this.#client.sessionId) return
    try {
      await this.#client.delete(this.path, { version: stat.version })
    } catch (error) {
      if (!isOvertaken(error)) throw error
    }
  }

  #end(error: ZooKeeperError): void {
    this.#unlisten()
    this.#timer?.cancel()
    this.#emit({ state: 'closed' })
    this.#first.reject(error)
    for (const { done } of this.#waiters.splice(0)) done(error)
  }

  #onSessionChange(): void {
    if (this.state === 'closed') return
    const { state } = this.#client
    if (state === 'connected') {
      if (this.#client.sessionId !== this.#sessionId) this.#onNewSession(this.#client.sessionId)
      this.#failures = 0
      this.#step()
    } else if (state === 'suspended' && this.state === 'present') {
      this.#emit({ state: 'suspended', reason: 'ZooKeeper cannot be reached' })
    } else if (state === 'suspended' && this.state === 'waiting') {
      // While ZooKeeper is away no session expires, the one that is waited for included.
      this.#emit({ state: 'connecting', reason: 'ZooKeeper cannot be reached' })
    } else if (state === 'lost') {
      this.#emit({ state: 'connecting', reason: 'the ZooKeeper session has expired' })
    } else if (state === 'closed') {
      this.#end(new ClosedError('the client was closed', { path: this.path }))
    } else if (state === 'authFailed') {
      this.#emit({ state: 'failing', reason: 'ZooKeeper does not accept the credentials' })
      // Says why, as any call does.
      this.#client.exists(this.path).catch((error: unknown) => this.#first.reject(error))
    }
  }

  #onNewSession(sessionId: bigint): void {
    if (this.#sessionId !== 0n) {
      this.#formerSessionIds.add(this.#sessionId)
      const [oldest] = this.#formerSessionIds
      if (this.#formerSessionIds.size > FORMER_SESSIONS_MAX && oldest !== undefined) {
        this.#formerSessionIds.delete(oldest)
      }
    }
    this.#sessionId = sessionId
    this.#written = undefined
  }

  /** Steps until nothing is to do; called while it steps, it steps once more. */
  readonly #step = (): void => {
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    if (!this.#isStarted || this.#cannotStep) return
    this.#timer?.cancel()
    this.#again = false
    this.#running = this.#stepOnce()
      .then(
        () => {
          this.#failures = 0
        },
        (error: unknown) => this.#onFailure(error),
      )
      .then(() => {
        this.#running = undefined
        if (this.#again) this.#step()
      })
  }

  get #cannotStep(): boolean {
    return this.state === 'closed' || this.#client.state !== 'connected'
  }

  #onFailure(error: unknown): void {
    if (this.state === 'closed') return
    // A lost connection is told by the session's state; the znode may have been written or not.
    if (!(error instanceof ZooKeeperError && error.retryable)) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#emit({ state: 'failing', reason, error })
    }
    const { clock = systemClock, random = Math.random } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.setTimer(this.#step, backOffMs(this.#failures++, BACK_OFF, random))
  }

  async #stepOnce(): Promise<void> {
    const sessionId = this.#sessionId
    const data = this.#data
    const written = this.#written
    if (written?.sessionId === sessionId && !written.data.equals(data)) {
      // The common case of a change in one round trip; what is refused is looked at below.
      await this.#write(written.version, data)
      if (this.#cannotStep) return
    }
    const seen = await this.#client.exists(this.path, { watch: this.#step })
    // What was seen is old by now; the next connection steps again.
    if (this.#cannotStep) return
    if (sessionId !== this.#sessionId) {
      this.#again = true
      return
    }
    await this.#do(
      ownershipStep({
        seen,
        sessionId,
        formerSessionIds: this.#formerSessionIds,
        written: this.#written,
        data,
      }),
      data,
    )
  }

  async #do(step: OwnershipStep, data: Buffer): Promise<void> {
    switch (step.do) {
      case 'nothing':
        this.#onPresent(data)
        return
      case 'wait':
        if (await this.#isPredecessors(step)) this.#again = await this.#replace(step.version, data)
        else if (!this.#cannotStep) this.#wait(step.owner)
        return
      case 'replace':
        this.#again = await this.#replace(step.version, data)
        return
      case 'create':
        await this.#create(data)
        this.#again = true
        return
      case 'write':
        await this.#write(step.version, data)
        this.#again = true
    }
  }

  async #isPredecessors({ owner, version }: { owner: bigint; version: number }): Promise<boolean> {
    const { isPredecessor } = this.#options
    if (isPredecessor === undefined || this.#wasPresent || owner === 0n) return false
    const found = await this.#client.getDataOrNull(this.path)
    if (found === null || this.#cannotStep) return false
    const isSame = found.stat.ephemeralOwner === owner && found.stat.version === version
    return isSame && isPredecessor(found)
  }

  #onPresent(data: Buffer): void {
    this.#wasPresent = true
    // Who waits for older data has been overtaken; that is as good as done.
    const index = this.#waiters.findIndex((waiter) => waiter.data === data)
    for (const { done } of this.#waiters.splice(0, index + 1)) done()
    this.#first.resolve()
    this.#emit({ state: 'present' })
  }

  #wait(owner: bigint): void {
    const by = owner === 0n ? 'a persistent znode' : `session 0x${owner.toString(16)}`
    this.#emit({ state: 'waiting', reason: `${this.path} belongs to ${by}`, owner })
  }

  async #create(data: Buffer): Promise<void> {
    this.#mayExist = true
    const sessionId = this.#sessionId
    const acl = this.#acl
    try {
      await this.#client.create(this.path, data, { mode: 'ephemeral', acl })
    } catch (error) {
      if (error instanceof NoNodeError) {
        await this.#client.ensurePath(parentPath(this.path), { acl })
      } else if (!isOvertaken(error)) throw error
      return
    }
    this.#written = { sessionId, version: 0, data }
  }

  async #write(version: number, data: Buffer): Promise<void> {
    const sessionId = this.#sessionId
    try {
      const stat = await this.#client.setData(this.path, data, { version })
      this.#written = { sessionId, version: stat.version, data }
    } catch (error) {
      if (!isOvertaken(error)) throw error
      this.#written = undefined
    }
  }

  /** In one transaction, so that nobody sees the znode go. Says whether there is anything more to do than to wait. */
  async #replace(version: number, data: Buffer): Promise<boolean> {
    const { path } = this
    const sessionId = this.#sessionId
    this.#mayExist = true
    try {
      await this.#client.multi([
        { type: 'delete', path, version },
        { type: 'create', path, data, mode: 'ephemeral', acl: this.#acl },
      ])
    } catch (error) {
      // Gone or changed meanwhile: look again.
      if (!(error instanceof MultiError)) throw error
      if (error.error instanceof NoAuthError) {
        // Who may create need not be allowed to delete: then the dead session's znode goes by itself, and our watch tells.
        this.#emit({ state: 'waiting', reason: `${path} still belongs to an expired session` })
        return this.#again
      }
      return true
    }
    this.#written = { sessionId, version: 0, data }
    return true
  }

  #emit(event: EphemeralNodeEvent): void {
    const former = this.#event
    if (former.state === 'closed') return
    if (former.state === event.state && former.reason === event.reason) return
    this.#event = event
    for (const listener of [...this.#listeners]) notify(() => listener(event))
  }
}

/** A copy, so that nobody changes it later, and so that each wish is another one. */
function ownBytes(data: DataInput): Buffer {
  return Buffer.from(toBytes(data) ?? Buffer.alloc(0))
}

function closedError(path: string): ClosedError {
  return new ClosedError('it was closed', { path })
}
