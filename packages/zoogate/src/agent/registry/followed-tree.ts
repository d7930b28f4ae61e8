import { Backoff } from '@zoogate/balancer'
import { TreeCache, type TreeChange, type ZooKeeper } from '@zoogate/zookeeper'
import type { Logger } from 'pino'

const RETRY = { minMs: 500, maxMs: 30_000, random: Math.random } as const

/** What a path holds now; `gone`: there is no such znode any more. */
export type PathChange =
  | {
      readonly path: string
      readonly gone: false
      readonly data: Buffer | null
      /** The zxid of the change that wrote the data. */
      readonly mzxid: bigint
    }
  | { readonly path: string; readonly gone: true }

export interface FollowedTreeOptions {
  readonly client: ZooKeeper
  readonly path: string
  /** 0: the path alone; 1: its children too. */
  readonly maxDepth: number
  /** Told of all changes of one reading at once, and of `synced` becoming true. */
  readonly onChange: (changes: readonly PathChange[]) => void
  readonly log: Logger
}

/**
 * A cache of one path that is begun again, later and later, where it cannot go on: too many znodes,
 * a server that is too old. Until then it is not synced, and what it told last stands.
 */
export class FollowedTree {
  readonly #options: FollowedTreeOptions
  readonly #backOff = new Backoff(RETRY)
  #cache: TreeCache | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** What the caches before told, so that a new one begins with the difference. */
  readonly #told = new Set<string>()

  constructor(options: FollowedTreeOptions) {
    this.#options = options
    this.#begin()
  }

  get synced(): boolean {
    return this.#cache?.synced ?? false
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#cache?.close()
  }

  #begin(): void {
    const { client, path, maxDepth, onChange } = this.#options
    const cache = new TreeCache(client, path, { maxDepth })
    this.#cache = cache
    let first = true
    cache.onChange((changes) => this.#tell(changes))
    cache.onSynced(() => {
      if (first) this.#tellWhatWent(cache)
      first = false
      this.#backOff.reset()
      onChange([])
    })
    cache.onError((error) => this.#fail(cache, error))
    cache.start().catch((error: unknown) => this.#fail(cache, error))
  }

  #tell(changes: readonly TreeChange[]): void {
    this.#options.onChange(
      changes.map(({ type, path, node }): PathChange => {
        if (type === 'removed') {
          this.#told.delete(path)
          return { path, gone: true }
        }
        this.#told.add(path)
        return { path, gone: false, data: node.data, mzxid: node.stat.mzxid }
      }),
    )
  }

  #tellWhatWent(cache: TreeCache): void {
    const went = [...this.#told].filter((path) => !cache.nodes.has(path))
    for (const path of went) this.#told.delete(path)
    if (went.length > 0) this.#options.onChange(went.map((path) => ({ path, gone: true })))
  }

  #fail(cache: TreeCache, error: unknown): void {
    if (this.#closed || this.#cache !== cache) return
    const { path, log, onChange } = this.#options
    const delayMs = this.#backOff.nextMs()
    log.error({ err: error, path, delayMs }, 'a path cannot be followed')
    this.#cache = undefined
    this.#timer = setTimeout(() => this.#begin(), delayMs)
    onChange([])
  }
}
