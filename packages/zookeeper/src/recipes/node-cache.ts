import type { ZooKeeper } from '../client/zookeeper.ts'
import type { Clock } from '../connection/clock.ts'
import { notify } from '../session/notify.ts'
import type { NodeEvent } from '../session/watch-event.ts'
import { applyReading, type TreeChange } from './tree-difference.ts'
import type { TreeNode } from './tree-reader.ts'
import { type ApplyReading, WatchedCache } from './watched-cache.ts'

/** Settings of a `NodeCache`. */
export interface NodeCacheOptions {
  /** For tests: where time comes from. */
  readonly clock?: Clock | undefined
}

/** Told what changed; `node` is the new state already. */
export type NodeListener = (change: TreeChange) => void

/**
 * Keeps a copy of one znode, which need not exist (Curator: `NodeCache`; kazoo: `DataWatch`), on a persistent watch. States may be
 * skipped, the last one never, over lost connections and sessions too; how that is so stands at `WatchedCache`. Needs ZooKeeper 3.6.
 *
 * It stops with a `NoAuthError` when the ACL does not let us read the znode. A path can have a `NodeCache` or a `TreeCache` of
 * the same client at its root, not both (`InvalidOptionError`): the tree's has the znode too.
 */
export class NodeCache extends WatchedCache {
  readonly #client: ZooKeeper
  readonly #listeners = new Set<NodeListener>()
  /** One entry or none: what tells differences tells them of a map. */
  readonly #nodes = new Map<string, TreeNode>()

  constructor(client: ZooKeeper, path: string, options: NodeCacheOptions = {}) {
    super(client, path, { mode: 'persistent', clock: options.clock })
    this.#client = client
  }

  /** The znode; undefined when it does not exist. (Curator: `getCurrentData`) */
  get node(): TreeNode | undefined {
    return this.#nodes.get(this.path)
  }

  /**
   * Calls the listener for every change, until the returned function is called. A znode that is found at `start` comes as `added`, to
   * who listens before.
   */
  onChange(listener: NodeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Its children are none of ours, though the watch tells of them. */
  protected override concerns({ type }: NodeEvent): boolean {
    return type !== 'childrenChanged'
  }

  protected override async readAll(): Promise<ApplyReading> {
    const { path } = this
    const found = await this.#client.getDataOrNull(path)
    const node = found === null ? undefined : { path, ...found }
    return () => {
      const change = applyReading(this.#nodes, path, node)
      if (change === undefined) return
      for (const listener of [...this.#listeners]) notify(() => listener(change))
    }
  }

  protected override readPaths(): Promise<ApplyReading> {
    return this.readAll()
  }
}
