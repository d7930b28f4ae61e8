import {
  type Acl,
  joinPath,
  nodeName,
  OPEN_ACL_UNSAFE,
  parentPath,
  READ_ACL_UNSAFE,
  type Stat,
} from '@zoogate/zookeeper/protocol'
import { PERSISTENT } from './lifetime.ts'
import {
  type NewZnode,
  newZnode,
  type Stamp,
  statOf,
  withAcl,
  withChildChange,
  withData,
  type Znode,
} from './znode.ts'

const NO_NAMES: ReadonlySet<string> = new Set()

/** What can be asked of a tree before it is changed: the tree itself, or the tree with changes to come. */
export interface TreeView {
  get(path: string): Znode | undefined
  childCount(path: string): number
}

/**
 * All znodes in memory, by path (DataTree.java). It does what it is told: whether a change is allowed was decided before,
 * when its transaction was made.
 */
export class DataTree implements TreeView {
  readonly #nodes = new Map<string, Znode>()
  readonly #children = new Map<string, Set<string>>()
  readonly #ephemerals = new Map<bigint, Set<string>>()
  readonly #expiring = new Set<string>()
  #dataBytes = 0

  /** A tree with the nodes that every server begins with. */
  static fresh(): DataTree {
    const tree = new DataTree()
    const content = { data: Buffer.alloc(0), acl: OPEN_ACL_UNSAFE, lifetime: PERSISTENT }
    tree.put('/', newZnode(content, { zxid: 0n, timeMs: 0 }))
    tree.put('/zookeeper', newZnode(content, { zxid: 0n, timeMs: 0 }))
    tree.put('/zookeeper/quota', newZnode(content, { zxid: 0n, timeMs: 0 }))
    tree.put(
      '/zookeeper/config',
      newZnode({ ...content, acl: READ_ACL_UNSAFE }, { zxid: 0n, timeMs: 0 }),
    )
    return tree
  }

  get size(): number {
    return this.#nodes.size
  }

  /** Bytes of paths and data (DataTree.approximateDataSize). */
  get approximateBytes(): number {
    return this.#dataBytes
  }

  get(path: string): Znode | undefined {
    return this.#nodes.get(path)
  }

  childNames(path: string): ReadonlySet<string> {
    return this.#children.get(path) ?? NO_NAMES
  }

  childCount(path: string): number {
    return this.#children.get(path)?.size ?? 0
  }

  stat(path: string, znode: Znode): Stat {
    return statOf(znode, this.childCount(path))
  }

  /** How many nodes lie below `path`. */
  descendantCount(path: string): number {
    let count = 0
    const open = [path]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const name of this.childNames(next)) {
        count++
        open.push(joinPath(next, name))
      }
    }
    return count
  }

  ephemeralsOf(sessionId: bigint): ReadonlySet<string> {
    return this.#ephemerals.get(sessionId) ?? NO_NAMES
  }

  /** Sessions that own ephemeral nodes, with their paths. */
  get ephemerals(): ReadonlyMap<bigint, ReadonlySet<string>> {
    return this.#ephemerals
  }

  /** Paths of containers and of nodes with a time to live. */
  get expiring(): ReadonlySet<string> {
    return this.#expiring
  }

  entries(): IterableIterator<[string, Znode]> {
    return this.#nodes.entries()
  }

  create(path: string, content: NewZnode, stamp: Stamp): void {
    const parent = parentPath(path)
    this.#nodes.set(parent, withChildChange(this.#existing(parent), stamp.zxid, 1))
    this.put(path, newZnode(content, stamp))
  }

  /** Adds a node as it is: for reading a snapshot. */
  put(path: string, znode: Znode): void {
    this.#nodes.set(path, znode)
    this.#dataBytes += path.length + (znode.data?.length ?? 0)
    if (path !== '/') this.#childrenOf(parentPath(path)).add(nodeName(path))
    const { lifetime } = znode
    if (lifetime.kind === 'ephemeral') {
      const paths = this.#ephemerals.get(lifetime.sessionId)
      if (paths === undefined) this.#ephemerals.set(lifetime.sessionId, new Set([path]))
      else paths.add(path)
    } else if (lifetime.kind !== 'persistent') this.#expiring.add(path)
  }

  delete(path: string, stamp: Stamp): void {
    const znode = this.#existing(path)
    const parent = parentPath(path)
    this.#nodes.delete(path)
    this.#dataBytes -= path.length + (znode.data?.length ?? 0)
    const siblings = this.#childrenOf(parent)
    siblings.delete(nodeName(path))
    if (siblings.size === 0) this.#children.delete(parent)
    this.#nodes.set(parent, withChildChange(this.#existing(parent), stamp.zxid, 0))
    const { lifetime } = znode
    if (lifetime.kind === 'ephemeral') {
      const paths = this.#ephemerals.get(lifetime.sessionId)
      paths?.delete(path)
      if (paths?.size === 0) this.#ephemerals.delete(lifetime.sessionId)
    } else this.#expiring.delete(path)
  }

  setData(path: string, data: Buffer | null, stamp: Stamp): void {
    const znode = this.#existing(path)
    this.#dataBytes += (data?.length ?? 0) - (znode.data?.length ?? 0)
    this.#nodes.set(path, withData(znode, data, stamp))
  }

  setAcl(path: string, acl: readonly Acl[]): void {
    this.#nodes.set(path, withAcl(this.#existing(path), acl))
  }

  #childrenOf(path: string): Set<string> {
    let names = this.#children.get(path)
    if (names === undefined) {
      names = new Set()
      this.#children.set(path, names)
    }
    return names
  }

  #existing(path: string): Znode {
    const znode = this.#nodes.get(path)
    if (znode === undefined)
      throw new RangeError(`no znode ${path}: the transaction was not made for this tree`)
    return znode
  }
}
