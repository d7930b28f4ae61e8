import {
  type Acl,
  parentPath,
  type SetWatches2Request,
  WatchEventType,
  WatcherType,
} from '@zoogate/zookeeper/protocol'
import type { TreeObserver } from '../transactions/apply.ts'
import type { TreeView } from '../tree/data-tree.ts'
import type { Znode } from '../tree/znode.ts'
import { WatchMode, WatchTable } from './watch-table.ts'

/** Who is told of changes: a connection. */
export interface Watcher {
  /**
   * `zxid` is the transaction's; -1 for what was missed before a setWatches. `acl` is the changed node's: who may not read
   * the node is not told of it either.
   */
  notify(event: { type: number; path: string; zxid: bigint; acl: readonly Acl[] }): void
}

const NO_ZXID = -1n
/** The ACL of a node that is gone: there is nothing left to hide (DataTree.setWatches). */
const NO_ACL: readonly Acl[] = []

/** All watches of a server (the two WatchManagers of DataTree.java), and what fires them. */
export class WatchManager implements TreeObserver {
  readonly #data = new WatchTable<Watcher>()
  readonly #child = new WatchTable<Watcher>()
  /** The transaction that is being applied. */
  zxid = 0n

  get size(): number {
    return this.#data.size + this.#child.size
  }

  /** The paths that a watcher watches in any way. */
  pathsOf(watcher: Watcher): readonly string[] {
    return [...new Set([...this.#data.pathsOf(watcher), ...this.#child.pathsOf(watcher)])]
  }

  addData(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, WatchMode.oneShot)
  }

  addChild(path: string, watcher: Watcher): void {
    this.#child.add(path, watcher, WatchMode.oneShot)
  }

  addPersistent(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, WatchMode.persistent)
    this.#child.add(path, watcher, WatchMode.persistent)
  }

  addPersistentRecursive(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, WatchMode.persistentRecursive)
  }

  removeWatcher(watcher: Watcher): void {
    this.#data.removeWatcher(watcher)
    this.#child.removeWatcher(watcher)
  }

  /** Whether there is such a watch; undefined for a type that nobody knows (DataTree.containsWatcher). */
  has(path: string, watcher: Watcher, type: number): boolean | undefined {
    switch (type) {
      case WatcherType.children:
        return this.#child.has(path, watcher, WatchMode.oneShot)
      case WatcherType.data:
        return this.#data.has(path, watcher, WatchMode.oneShot)
      case WatcherType.persistent:
        return this.#data.has(path, watcher, WatchMode.persistent)
      case WatcherType.persistentRecursive:
        return this.#data.has(path, watcher, WatchMode.persistentRecursive)
      case WatcherType.any:
        return this.#data.has(path, watcher) || this.#child.has(path, watcher)
      default:
        return undefined
    }
  }

  /** Takes watches of a type away (DataTree.removeWatch). The caller has asked `has` first. */
  remove(path: string, watcher: Watcher, type: number): void {
    switch (type) {
      case WatcherType.children:
        this.#child.remove(path, watcher, WatchMode.oneShot)
        break
      case WatcherType.data:
        this.#data.remove(path, watcher, WatchMode.oneShot)
        break
      case WatcherType.persistent:
        this.#data.remove(path, watcher, WatchMode.persistent)
        this.#child.remove(path, watcher, WatchMode.persistent)
        break
      case WatcherType.persistentRecursive:
        this.#data.remove(path, watcher, WatchMode.persistentRecursive)
        break
      case WatcherType.any:
        this.#data.remove(path, watcher)
        this.#child.remove(path, watcher)
        break
    }
  }

  /** Arms again what a client had on its former connection; tells it of what it missed (DataTree.setWatches). */
  rearm(tree: TreeView, request: SetWatches2Request, watcher: Watcher): void {
    const { relativeZxid } = request
    const missed = (type: number, path: string, acl: readonly Acl[]) =>
      watcher.notify({ type, path, zxid: NO_ZXID, acl })
    for (const path of request.dataWatches) {
      const node = tree.get(path)
      if (node === undefined) missed(WatchEventType.deleted, path, NO_ACL)
      else if (node.mzxid > relativeZxid) missed(WatchEventType.dataChanged, path, node.acl)
      else this.addData(path, watcher)
    }
    for (const path of request.existWatches) {
      const node = tree.get(path)
      if (node === undefined) this.addData(path, watcher)
      else missed(WatchEventType.created, path, node.acl)
    }
    for (const path of request.childWatches) {
      const node = tree.get(path)
      if (node === undefined) missed(WatchEventType.deleted, path, NO_ACL)
      else if (node.pzxid > relativeZxid) missed(WatchEventType.childrenChanged, path, node.acl)
      else this.addChild(path, watcher)
    }
    for (const path of request.persistentWatches) this.addPersistent(path, watcher)
    for (const path of request.persistentRecursiveWatches) {
      this.addPersistentRecursive(path, watcher)
    }
  }

  created(path: string, znode: Znode): void {
    this.#fireData(WatchEventType.created, path, znode, new Set())
  }

  dataChanged(path: string, znode: Znode): void {
    this.#fireData(WatchEventType.dataChanged, path, znode, new Set())
  }

  /** Once for each watcher, however many watches it has on the path. */
  deleted(path: string, znode: Znode): void {
    const told = new Set<Watcher>()
    this.#fireData(WatchEventType.deleted, path, znode, told)
    this.#fireAt(this.#child, WatchEventType.deleted, path, znode, told)
  }

  childrenChanged(path: string, znode: Znode): void {
    this.#fireAt(this.#child, WatchEventType.childrenChanged, path, znode, new Set())
  }

  #fireData(type: number, path: string, znode: Znode, told: Set<Watcher>): void {
    this.#fireAt(this.#data, type, path, znode, told)
    if (!this.#data.hasRecursive) return
    for (let above = path; above !== '/'; ) {
      above = parentPath(above)
      for (const [watcher, modes] of this.#data.at(above)) {
        if ((modes & WatchMode.persistentRecursive) !== 0) {
          this.#tell(watcher, type, path, znode, told)
        }
      }
    }
  }

  #fireAt(
    table: WatchTable<Watcher>,
    type: number,
    path: string,
    znode: Znode,
    told: Set<Watcher>,
  ): void {
    for (const [watcher] of table.fire(path)) this.#tell(watcher, type, path, znode, told)
  }

  #tell(watcher: Watcher, type: number, path: string, znode: Znode, told: Set<Watcher>): void {
    if (told.has(watcher)) return
    told.add(watcher)
    watcher.notify({ type, path, zxid: this.zxid, acl: znode.acl })
  }
}
