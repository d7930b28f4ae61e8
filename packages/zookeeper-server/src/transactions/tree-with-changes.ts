import { parentPath } from '@zoogate/zookeeper/protocol'
import type { TreeView } from '../tree/data-tree.ts'
import {
  newZnode,
  type Stamp,
  withAcl,
  withChildChange,
  withData,
  type Znode,
} from '../tree/znode.ts'
import type { Change } from './transaction.ts'

/** A tree as it will be after the changes of a multi so far, while the tree itself stays as it is. */
export class TreeWithChanges implements TreeView {
  readonly #tree: TreeView
  readonly #stamp: Stamp
  readonly #nodes = new Map<string, Znode | undefined>()
  readonly #childCounts = new Map<string, number>()

  constructor(tree: TreeView, stamp: Stamp) {
    this.#tree = tree
    this.#stamp = stamp
  }

  get(path: string): Znode | undefined {
    return this.#nodes.has(path) ? this.#nodes.get(path) : this.#tree.get(path)
  }

  childCount(path: string): number {
    return this.#childCounts.get(path) ?? this.#tree.childCount(path)
  }

  add(change: Change): void {
    const { path } = change
    const znode = this.get(path)
    switch (change.type) {
      case 'create': {
        const parent = parentPath(path)
        const node = this.get(parent)
        if (node !== undefined) {
          this.#nodes.set(parent, withChildChange(node, this.#stamp.zxid, 1))
        }
        this.#childCounts.set(parent, this.childCount(parent) + 1)
        this.#childCounts.set(path, 0)
        this.#nodes.set(path, newZnode(change, this.#stamp))
        break
      }
      case 'delete':
        this.#childCounts.set(parentPath(path), this.childCount(parentPath(path)) - 1)
        this.#nodes.set(path, undefined)
        break
      case 'setData':
        if (znode !== undefined) {
          this.#nodes.set(path, withData(znode, change.data, this.#stamp))
        }
        break
      case 'setAcl':
        if (znode !== undefined) {
          this.#nodes.set(path, withAcl(znode, change.acl))
        }
        break
    }
  }
}
