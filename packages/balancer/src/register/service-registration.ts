import {
  type EphemeralNodeEvent,
  PersistentEphemeralNode,
  ZooKeeper,
  ZooKeeperError,
} from '@zoogate/zookeeper'
import { BalancerError } from '../balancer-error.ts'
import {
  encodeRegistration,
  type InstanceState,
  type Registration,
} from '../discovery/registration.ts'
import type { RegistrationEvent, RegistrationState } from './registration-event.ts'
import {
  DEFAULT_ROOT,
  DEFAULT_SESSION_TIMEOUT_MS,
  registrationOf,
  type ServiceRegistrationOptions,
} from './registration-options.ts'

/** How long leaving waits for ZooKeeper to take the last word. */
const LAST_WORD_TIMEOUT_MS = 2_000

/**
 * One instance's registration: an ephemeral znode in a session of its own, kept until `close` whatever happens to ZooKeeper. How it is
 * kept, and why it is never taken from another session, stands at `PersistentEphemeralNode`.
 */
export class ServiceRegistration {
  readonly id: string
  readonly path: string
  /** Resolves at the first registration. Rejects: `INSTANCE_ID_TAKEN`, `REGISTRATION_CLOSED`, `ZOOKEEPER_AUTH_FAILED`. */
  readonly registered: Promise<void>
  readonly #options: ServiceRegistrationOptions
  readonly #client: ZooKeeper
  readonly #node: PersistentEphemeralNode
  readonly #idTakenAfterMs: number
  readonly #listeners = new Set<(event: RegistrationEvent) => void>()
  #reject: (error: BalancerError) => void = () => {}
  #wanted: Registration
  #event: RegistrationEvent = { state: 'connecting' }
  #idTakenTimer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  /** Begins at once. @throws BalancerError `INVALID_OPTION` */
  constructor(options: ServiceRegistrationOptions) {
    const sessionTimeoutMs = options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS
    this.#options = options
    this.#wanted = registrationOf(options)
    this.id = options.id
    this.path = `${options.root ?? DEFAULT_ROOT}/services/${options.service}/${options.id}`
    this.#idTakenAfterMs = options.idTakenAfterMs ?? 3 * sessionTimeoutMs
    this.#client = new ZooKeeper(options.zookeeper, { sessionTimeoutMs, auth: options.auth ?? [] })
    this.#node = new PersistentEphemeralNode(
      this.#client,
      this.path,
      encodeRegistration(this.#wanted),
      options.acl === undefined ? {} : { acl: options.acl },
    )
    this.#node.onStateChange((event) => this.#onChange(event))
    this.registered = new Promise((resolve, reject) => {
      this.#reject = reject
      this.#node.start().then(resolve, (error: unknown) => reject(startError(error)))
    })
    // Whoever does not wait for it is told by `onChange`.
    this.registered.catch(() => {})
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
    return this.#node.mayExist
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
    this.#reject(
      new BalancerError('REGISTRATION_CLOSED', `the registration of ${this.id} was closed`),
    )
    if (this.mayBeSeen) {
      if (drainMs > 0 && this.#wanted.state === 'up') {
        void this.setState('draining')
        await delay(drainMs)
      }
      await within(LAST_WORD_TIMEOUT_MS, this.setState('down'))
    }
    clearTimeout(this.#idTakenTimer)
    // The znode goes with the session, which is its own.
    void this.#node.close()
    await this.#client.close()
  }

  async #want(wanted: Registration): Promise<void> {
    if (this.state === 'closed') return
    this.#wanted = wanted
    // It rejects only at `close`, and that is as good as done: while ZooKeeper is away it is not to be waited for.
    await this.#node.setData(encodeRegistration(wanted)).catch(() => {})
  }

  #onChange({ state, reason, owner }: EphemeralNodeEvent): void {
    // Without an owner it is our own former session's znode, which goes by itself.
    if (state === 'waiting' && owner !== undefined) {
      this.#idTakenTimer ??= setTimeout(() => this.#idTaken(), this.#idTakenAfterMs)
    } else {
      clearTimeout(this.#idTakenTimer)
      this.#idTakenTimer = undefined
    }
    const name = state === 'present' ? 'registered' : state
    this.#emit(reason === undefined ? { state: name } : { state: name, reason })
  }

  #idTaken(): void {
    const seconds = Math.round(this.#idTakenAfterMs / 1000)
    this.#reject(
      new BalancerError(
        'INSTANCE_ID_TAKEN',
        `${this.#event.reason}, and has for ${seconds} s: another instance runs under this id`,
      ),
    )
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

function startError(error: unknown): unknown {
  if (!(error instanceof ZooKeeperError) || error.code !== 'ZK_AUTH_FAILED') return error
  return new BalancerError('ZOOKEEPER_AUTH_FAILED', 'ZooKeeper does not accept the credentials', {
    cause: error,
  })
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
