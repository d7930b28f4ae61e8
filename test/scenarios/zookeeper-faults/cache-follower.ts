import { TreeCache, type TreeNode, type ZooKeeper } from '@zoogate/zookeeper'
import { judgeCache, type Tree } from './judge.ts'

/** A `TreeCache`, and the tree that its listeners would make of what they are told. */
export class CacheFollower {
  changes = 0
  readonly #name: string
  readonly #cache: TreeCache
  readonly #told = new Map<string, TreeNode>()

  constructor(name: string, zk: ZooKeeper, root: string) {
    this.#name = name
    this.#cache = new TreeCache(zk, root)
    this.#cache.onChange((changes) => {
      this.changes += changes.length
      for (const { type, path, node } of changes) {
        if (type === 'removed') this.#told.delete(path)
        else this.#told.set(path, node)
      }
    })
  }

  start(): Promise<void> {
    return this.#cache.start()
  }

  close(): Promise<void> {
    return this.#cache.close()
  }

  judge(tree: Tree): string[] {
    const { error, synced } = this.#cache
    if (error !== undefined) return [`${this.#name}: stopped with ${error}`]
    if (!synced) return [`${this.#name}: is not synced`]
    return [
      ...judgeCache(this.#name, this.#cache.nodes, tree),
      ...judgeCache(`${this.#name}, as it was told`, this.#told, tree),
    ]
  }
}
