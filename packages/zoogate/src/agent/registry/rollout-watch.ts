import { Backoff } from '@zoogate/balancer'
import type { ZooKeeper } from '@zoogate/zookeeper'
import type { Logger } from 'pino'
import { closureOf } from '../../model/references/closure.ts'
import type { ResourceMap } from '../../model/resources/resource.ts'
import { decodeRollout } from '../../store/rollout.ts'
import type { KeyRing } from '../../store/secrets/key-ring.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import { readSecrets, type Secrets } from './closure-secrets.ts'
import { FollowedTree, type PathChange } from './followed-tree.ts'

const RETRY = { minMs: 200, maxMs: 30_000, random: Math.random } as const

export interface RolloutWatchOptions {
  readonly client: ZooKeeper
  readonly store: Store
  /** Read anew for each revision: a key that was missing may have been put there. */
  readonly keys: () => Promise<KeyRing>
  readonly gateway: string
  /** The revision that the rollout asks for, with what this Gateway needs of it. */
  readonly onTarget: (revision: number, closure: ResourceMap, secrets: Secrets) => void
  /** It asks for one that cannot be used: the reason. */
  readonly onUnusable: (revision: number, reason: string) => void
  readonly log: Logger
}

/** Follows a Gateway's rollout, and reads the revision that it asks for. */
export class RolloutWatch {
  readonly #options: RolloutWatchOptions
  readonly #tree: FollowedTree
  readonly #path: string
  readonly #backOff = new Backoff(RETRY)
  #asked = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: RolloutWatchOptions) {
    this.#options = options
    const { client, store, gateway, log } = options
    this.#path = store.paths.rollout(gateway)
    this.#tree = new FollowedTree({
      client,
      path: this.#path,
      maxDepth: 0,
      onChange: (changes) => this.#take(changes),
      log,
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#tree.close()
  }

  #take(changes: readonly PathChange[]): void {
    const change = changes.at(-1)
    if (change === undefined) return
    if (change.gone) {
      this.#options.log.warn({ path: this.#path }, 'the rollout is gone: what is served stays')
      return
    }
    try {
      const { target } = decodeRollout(change.data, this.#path)
      this.#backOff.reset()
      this.#read(target)
    } catch (error) {
      this.#options.log.error({ err: error }, 'the rollout cannot be read: what is served stays')
    }
  }

  #read(target: number): void {
    this.#asked = target
    clearTimeout(this.#timer)
    const { gateway, onTarget, onUnusable, log } = this.#options
    this.#closure(target).then(
      ({ closure, secrets }) => {
        if (this.#closed || this.#asked !== target) return
        if (closure.size > 0) onTarget(target, closure, secrets)
        else onUnusable(target, `revision ${target} has no Gateway ${gateway}`)
      },
      (error: unknown) => {
        if (this.#closed || this.#asked !== target) return
        if (error instanceof StoreError) onUnusable(target, error.message)
        const delayMs = this.#backOff.nextMs()
        log.warn({ err: error, revision: target, delayMs }, 'a revision cannot be read')
        this.#timer = setTimeout(() => this.#read(target), delayMs)
      },
    )
  }

  /** What the Gateway needs of a revision, the bytes of its Secrets included. */
  async #closure(target: number) {
    const { store, gateway, keys } = this.#options
    const state = await store.readState(target)
    const closure = closureOf(gateway, state.resources)
    return { closure, secrets: await readSecrets(store, closure, state.secrets, keys) }
  }
}
