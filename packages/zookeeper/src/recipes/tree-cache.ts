import type { ZooKeeper } from '../client/zookeeper.ts'
import type { Clock } from '../connection/clock.ts'
import { CacheOverflowError } from '../errors/client-errors.ts'
import { notify } from '../session/notify.ts'
import type { NodeEvent } from '../session/watch-event.ts'
import { ChildIndex } from './child-index.ts'
import { applyReading, applyTree, type TreeChange } from './tree-difference.ts'
import { type TreeNode, TreeReader } from './tree-reader.ts'
import { type ApplyReading, WatchedCache } from './watched-cache.ts'

/** Settings of a `TreeCache`. */
export interface TreeCacheOptions {
  /** How far below the root to look; 0 is the root alone (default: any depth). */
  readonly maxDepth?: number | undefined
  /** With more znodes the cache fails with a `CacheOverflowError` instead of growing (default 100,000). */
  readonly maxNodes?: number | undefined
  /** What the replies of one read should stay below (default 16 MiB; keep it below the client's `maxReplyBytes`). */
  readonly maxReplyBytes?: number | undefined
  /** For tests: where time comes from. */
  readonly clock?: Clock | undefined
}

const DEFAULT_MAX_NODES = 100_000
const DEFAULT_MAX_REPLY_BYTES = 16 * 1024 * 1024

/** Told what changed, all at once; `nodes` holds the new state already. */
export type TreeListener = (changes: readonly TreeChange[]) => void

/**
 * Keeps a copy of a path and all that lies below it (Curator: `CuratorCache`, `TreeCache`; kazoo: `TreeCache`), on one
 * persistent-recursive watch. States may be skipped, the last one never; how that is so stands at `WatchedCache`. After a reconnect or
 * in a new session everything is read again, and the difference told. Needs ZooKeeper 3.6.
 */
export class TreeCache extends WatchedCache {
  readonly #reader: TreeReader
  readonly #maxDepth: number
  readonly #maxNodes: number
  readonly #nodes = new Map<string, TreeNode>()
  readonly #listeners = new Set<TreeListener>()
  /** Made when somebody asks for it: it costs memory. */
  #children: ChildIndex | undefined

  constructor(client: ZooKeeper, path: string, options: TreeCacheOptions = {}) {
    super(client, path, { mode: 'persistentRecursive', clock: options.clock })
    this.#maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY
    this.#maxNodes = options.maxNodes ?? DEFAULT_MAX_NODES
    this.#reader = new TreeReader(client, {
      maxDepth: this.#maxDepth,
      maxNodes: this.#maxNodes,
      maxReplyBytes: options.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES,
    })
  }

  /**
   * The znodes by path, the root's own included; a znode that the ACL does not let us read is left out, until something else about
   * it changes.
   */
  get nodes(): ReadonlyMap<string, TreeNode> {
    return this.#nodes
  }

  /** The znode at a path; undefined when it does not exist, or is none of this cache's. (Curator: `get`; kazoo: `get_data`) */
  get(path: string): TreeNode | undefined {
    return this.#nodes.get(path)
  }

  /**
   * The names of a znode's children, in no order; undefined when `get` gives no such znode. Those beyond `maxDepth` are not known. (Curator:
   * `getCurrentChildren`; kazoo: `get_children`)
   */
  children(path: string): string[] | undefined {
    if (!this.#nodes.has(path)) return undefined
    this.#children ??= new ChildIndex(this.#nodes.keys())
    return this.#children.namesOf(path)
  }

  /**
   * Calls the listener for every batch of changes, until the returned function is called. The first reading comes as `added` changes, to who
   * listens before `start`; who comes later looks at `nodes` first.
   */
  onChange(listener: TreeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  protected override concerns({ path }: NodeEvent): boolean {
    return this.#depthOf(path) <= this.#maxDepth
  }

  protected override async readAll(): Promise<ApplyReading> {
    const tree = await this.#reader.readTree(this.path, this.#nodes)
    return () => this.#tell(applyTree(this.#nodes, tree))
  }

  protected override async readPaths(paths: readonly string[]): Promise<ApplyReading> {
    const readings = await this.#reader.readNodes(paths, this.#nodes)
    return () => {
      const changes: TreeChange[] = []
      for (const [path, node] of readings) {
        const change = applyReading(this.#nodes, path, node)
        if (change !== undefined) changes.push(change)
      }
      this.#tell(changes)
      if (this.#nodes.size <= this.#maxNodes) return
      throw new CacheOverflowError(`there are more than ${this.#maxNodes} znodes`)
    }
  }

  #depthOf(path: string): number {
    const below = this.path === '/' ? path : path.slice(this.path.length)
    if (below === '' || below === '/') return 0
    let depth = 0
    for (const character of below) if (character === '/') depth++
    return depth
  }

  #tell(changes: readonly TreeChange[]): void {
    if (changes.length === 0) return
    for (const change of changes) this.#children?.apply(change)
    for (const listener of [...this.#listeners]) notify(() => listener(changes))
  }
}
