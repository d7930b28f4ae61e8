import {
  ensurePath,
  MultiError,
  parentPath,
  type Stat,
  ZooKeeper,
  ZooKeeperError,
} from '@zoogate/zookeeper'
import { BalancerError } from '../balancer-error.ts'
import {
  encodeRegistration,
  type InstanceState,
  type Registration,
} from '../discovery/registration.ts'
import { Backoff } from './backoff.ts'
import { ownershipStep, type WrittenNode } from './ownership.ts'
import type { RegistrationEvent, RegistrationState } from './registration-event.ts'
import {
  DEFAULT_ROOT,
  DEFAULT_SESSION_TIMEOUT_MS,
  registrationOf,
  type ServiceRegistrationOptions,
} from './registration-options.ts'

/** Between retries of what ZooKeeper refused. */
const RETRY_MIN_MS = 100
const RETRY_MAX_MS = 5_000

/** How long leaving waits for ZooKeeper to take the last word. */
const LAST_WORD_TIMEOUT_MS = 2_000

/** Former sessions that are remembered; the oldest has long been cleaned up by then. */
const FORMER_SESSIONS_MAX = 64

/**
 * One instance's registration: an ephemeral znode in a session of its own, kept until `close`
 * whatever happens to ZooKeeper. Works towards the wanted state from what ZooKeeper shows, one step at
 * a time, so a lost answer, an expiry, a deletion by hand and a stale predecessor are all one case.
 */
export class ServiceRegistration {
  readonly id: string
  readonly path: string
  /** Resolves at the first registration. Rejects: `INSTANCE_ID_TAKEN`, `REGISTRATION_CLOSED`, `ZOOKEEPER_AUTH_FAILED`. */
  readonly registered: Promise<void>
  readonly #options: ServiceRegistrationOptions
  readonly #client: ZooKeeper
  readonly #idTakenAfterMs: number
  readonly #listeners = new Set<(event: RegistrationEvent) => void>()
  readonly #formerSessionIds = new Set<bigint>()
  readonly #backoff = new Backoff({
    minMs: RETRY_MIN_MS,
    maxMs: RETRY_MAX_MS,
    random: Math.random,
  })
  #first: { resolve: () => void; reject: (error: BalancerError) => void }
  #wanted: Registration
  #data: Buffer
  #written: WrittenNode | undefined
  #writtenWaiters: { readonly data: Buffer; readonly done: () => void }[] = []
  #sessionId = 0n
  #mayBeSeen = false
  #event: RegistrationEvent = { state: 'connecting' }
  #waitingSinceMs: number | undefined
  #stepping = false
  #again = false
  #timer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  /** Begins at once. @throws BalancerError `INVALID_OPTION` */
  constructor(options: ServiceRegistrationOptions) {
    const sessionTimeoutMs = options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS
    this.#options = options
    this.#wanted = registrationOf(options)
    this.#data = encodeRegistration(this.#wanted)
    this.id = options.id
    this.path = `${options.root ?? DEFAULT_ROOT}/services/${options.service}/${options.id}`
    this.#idTakenAfterMs = options.idTakenAfterMs ?? 3 * sessionTimeoutMs
    this.#first = { resolve: () => {}, reject: () => {} }
    this.registered = new Promise((resolve, reject) => {
      this.#first = { resolve, reject }
    })
    // Whoever does not wait for it is told by `onChange`.
    this.registered.catch(() => {})
    this.#client = new ZooKeeper(options.zookeeper, { sessionTimeoutMs, auth: options.auth ?? [] })
    this.#client.onStateChange(() => this.#sessionChanged())
    // How it goes is told by the session's state.
    this.#client.connect().catch(() => {})
  }

  get event(): RegistrationEvent {
    return this.#event
  }

  get state(): RegistrationState {
    return this.#event.state
  }

  /** Whether others may have seen it: a znode was written, or its creation is under way. */
  get mayBeSeen(): boolean {
    return this.#mayBeSeen
  }

  /** Calls the listener at every change of `state` or its reason. Returns what ends that. */
  onChange(listener: (event: RegistrationEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when ZooKeeper has it, or at `close`: while ZooKeeper is away it is not to be waited for. */
  setState(state: InstanceState): Promise<void> {
    return this.#want({ ...this.#wanted, state })
  }

  /** 0 to 256; like `setState`. @throws BalancerError `INVALID_OPTION` */
  setWeight(weight: number): Promise<void> {
    return this.#want(registrationOf({ ...this.#options, ...this.#wanted, weight }))
  }

  /**
   * Leaves: says `draining`, waits `drainMs` (default 0: not at all), says `down` and closes the
   * session. Without ZooKeeper it takes 2 s longer at most; the znode then goes with its session.
   */
  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#leave(options.drainMs ?? 0)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #leave(drainMs: number): Promise<void> {
    this.#first.reject(
      new BalancerError('REGISTRATION_CLOSED', `the registration of ${this.id} was closed`),
    )
    if (this.#mayBeSeen) {
      if (drainMs > 0 && this.#wanted.state === 'up') {
        void this.setState('draining')
        await delay(drainMs)
      }
      await within(LAST_WORD_TIMEOUT_MS, this.setState('down'))
    }
    clearTimeout(this.#timer)
    this.#emit({ state: 'closed' })
    for (const waiter of this.#writtenWaiters.splice(0)) waiter.done()
    await this.#client.close()
  }

  #want(wanted: Registration): Promise<void> {
    if (this.state === 'closed') return Promise.resolve()
    this.#wanted = wanted
    this.#data = encodeRegistration(wanted)
    const data = this.#data
    const done = new Promise<void>((resolve) => {
      this.#writtenWaiters.push({ data, done: resolve })
    })
    this.#step()
    return done
  }

  #sessionChanged(): void {
    if (this.state === 'closed') return
    const { state } = this.#client
    if (state === 'connected') {
      if (this.#client.sessionId !== this.#sessionId) this.#newSession(this.#client.sessionId)
      // While ZooKeeper was away no session expired, the one that we wait for included.
      this.#waitingSinceMs = undefined
      this.#backoff.reset()
      this.#step()
    } else if (state === 'suspended' && this.state === 'registered') {
      this.#emit({ state: 'suspended', reason: 'ZooKeeper cannot be reached' })
    } else if (state === 'lost') {
      this.#emit({ state: 'connecting', reason: 'the ZooKeeper session has expired' })
    } else if (state === 'authFailed') {
      const reason = 'ZooKeeper does not accept the credentials'
      this.#first.reject(new BalancerError('ZOOKEEPER_AUTH_FAILED', reason))
      this.#emit({ state: 'failing', reason })
    }
  }

  #newSession(sessionId: bigint): void {
    if (this.#sessionId !== 0n) {
      this.#formerSessionIds.add(this.#sessionId)
      const [oldest] = this.#formerSessionIds
      if (this.#formerSessionIds.size > FORMER_SESSIONS_MAX && oldest !== undefined) {
        this.#formerSessionIds.delete(oldest)
      }
    }
    this.#sessionId = sessionId
    this.#written = this.#written === undefined ? undefined : { ...this.#written, sessionId: 0n }
  }

  /** Steps until nothing is to do; called while it steps, it steps once more. */
  #step(): void {
    if (this.#stepping) {
      this.#again = true
      return
    }
    if (this.state === 'closed' || this.#client.state !== 'connected') return
    clearTimeout(this.#timer)
    this.#stepping = true
    this.#again = false
    void this.#stepOnce()
      .then(
        () => this.#backoff.reset(),
        (error: unknown) => this.#failed(error),
      )
      .then(() => {
        this.#stepping = false
        if (this.#again) this.#step()
      })
  }

  #failed(error: unknown): void {
    if (this.state === 'closed') return
    // A lost connection is told by the session's state; the znode may have been written or not.
    const refused = error instanceof ZooKeeperError && !error.retryable
    if (refused || !(error instanceof ZooKeeperError)) {
      this.#emit({
        state: 'failing',
        reason: error instanceof Error ? error.message : String(error),
      })
    }
    this.#stepAfter(this.#backoff.nextMs())
  }

  #stepAfter(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#step(), delayMs)
  }

  async #stepOnce(): Promise<void> {
    const sessionId = this.#sessionId
    const data = this.#data
    const written = this.#written
    if (written?.sessionId === sessionId && !written.data.equals(data)) {
      // The common case of a change in one round trip; what is refused is looked at below.
      await this.#write(sessionId, written.version, data)
    }
    const seen = await this.#client.exists(this.path, { watch: this.#onNodeEvent })
    // What was seen is old by now; the next connection steps again.
    if (this.#client.state !== 'connected') return
    if (sessionId !== this.#sessionId) {
      this.#again = true
      return
    }
    const step = ownershipStep({
      seen,
      sessionId,
      formerSessionIds: this.#formerSessionIds,
      written: this.#written,
      data,
    })
    if (step.do !== 'wait') this.#waitingSinceMs = undefined
    if (step.do === 'nothing') this.#arrived(data)
    else if (step.do === 'wait') this.#wait(step.owner)
    else if (step.do === 'replace') this.#again = await this.#replace(sessionId, step.version, data)
    else {
      if (step.do === 'create') await this.#create(sessionId, data)
      else await this.#write(sessionId, step.version, data)
      this.#again = true
    }
  }

  /** One-shot watches hear of the znode's change and end, by whomever. */
  readonly #onNodeEvent = (): void => {
    this.#step()
  }

  #arrived(data: Buffer): void {
    const done = this.#writtenWaiters
    // Who waits for an older state has been overtaken; that is as good as done.
    const index = done.findIndex((waiter) => waiter.data === data)
    this.#writtenWaiters = done.slice(index + 1)
    for (const waiter of done.slice(0, index + 1)) waiter.done()
    this.#first.resolve()
    this.#emit({ state: 'registered' })
  }

  #wait(owner: bigint): void {
    const nowMs = performance.now()
    this.#waitingSinceMs ??= nowMs
    const leftMs = this.#waitingSinceMs + this.#idTakenAfterMs - nowMs
    const by = owner === 0n ? 'a persistent znode' : `session 0x${owner.toString(16)}`
    const reason = `${this.path} belongs to ${by}`
    this.#emit({ state: 'waiting', reason })
    if (leftMs > 0) {
      this.#stepAfter(leftMs)
      return
    }
    this.#first.reject(
      new BalancerError(
        'INSTANCE_ID_TAKEN',
        `${reason}, and has for ${Math.round(this.#idTakenAfterMs / 1000)} s: another instance runs under this id`,
      ),
    )
  }

  async #create(sessionId: bigint, data: Buffer): Promise<void> {
    this.#mayBeSeen = true
    try {
      await this.#client.create(this.path, data, { mode: 'ephemeral', ...this.#aclOption() })
    } catch (error) {
      if (isCode(error, 'ZK_NO_NODE')) await ensurePath(this.#client, parentPath(this.path))
      else if (!isCode(error, 'ZK_NODE_EXISTS')) throw error
      return
    }
    this.#written = { sessionId, version: 0, data }
  }

  async #write(sessionId: bigint, version: number, data: Buffer): Promise<void> {
    let stat: Stat
    try {
      stat = await this.#client.setData(this.path, data, { version })
    } catch (error) {
      if (!isCode(error, 'ZK_NO_NODE') && !isCode(error, 'ZK_BAD_VERSION')) throw error
      this.#written = undefined
      return
    }
    this.#written = { sessionId, version: stat.version, data }
  }

  /** In one transaction, so that nobody sees the instance go. Says whether there is anything more to do than to wait. */
  async #replace(sessionId: bigint, version: number, data: Buffer): Promise<boolean> {
    const { path } = this
    try {
      await this.#client.multi([
        { type: 'delete', path, version },
        { type: 'create', path, data, mode: 'ephemeral', ...this.#aclOption() },
      ])
    } catch (error) {
      // Gone or changed meanwhile: look again.
      if (!(error instanceof MultiError)) throw error
      if (error.error.code === 'ZK_NO_AUTH') {
        // A registrar need not have DELETE (see the ACLs): then the dead session's znode goes by itself, and our watch tells.
        this.#emit({ state: 'waiting', reason: `${path} still belongs to our expired session` })
        return this.#again
      }
      return true
    }
    this.#written = { sessionId, version: 0, data }
    return true
  }

  #aclOption(): Pick<ServiceRegistrationOptions, 'acl'> {
    return this.#options.acl === undefined ? {} : { acl: this.#options.acl }
  }

  #emit(event: RegistrationEvent): void {
    const former = this.#event
    if (former.state === 'closed') return
    if (former.state === event.state && former.reason === event.reason) return
    this.#event = event
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        // Uncaught, as with any event emitter; but the registration goes on.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

function isCode(error: unknown, code: ZooKeeperError['code']): boolean {
  return error instanceof ZooKeeperError && error.code === code
}

/** Waits for it, but no longer than that. */
async function within(timeoutMs: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([done, late])
  clearTimeout(timer)
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
