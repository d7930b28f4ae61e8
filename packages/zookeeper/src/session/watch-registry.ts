import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { parentPath } from '../protocol/path.ts'
import type { WatcherEvent } from '../protocol/records/watcher-event.ts'
import { WatchEventType } from '../protocol/watch-types.ts'
import { notify } from './notify.ts'
import type {
  NodeEvent,
  NodeEventType,
  PersistentWatchEvent,
  PersistentWatchMode,
  WatchEvent,
} from './watch-event.ts'

/** The server's table that a one-shot watch lies in: `exist` is the data table for a znode that was not there. */
export type OneShotKind = 'data' | 'exist' | 'children'

/** Who hears from a one-shot watch. */
export type WatchListener = (event: WatchEvent) => void

/** Who hears from a persistent watch. */
export interface PersistentWatcher {
  onEvent(event: PersistentWatchEvent): void
  /** The watch is over: the client was closed, or the server does not know persistent watches. */
  onEnd(error: ZooKeeperError | undefined): void
}

/** All paths with a watch on them, by kind. */
export interface WatchedPaths {
  readonly data: Iterable<string>
  readonly exist: Iterable<string>
  readonly children: Iterable<string>
  readonly persistent: Iterable<string>
  readonly persistentRecursive: Iterable<string>
}

const eventTypes = new Map<number, NodeEventType>([
  [WatchEventType.created, 'created'],
  [WatchEventType.deleted, 'deleted'],
  [WatchEventType.dataChanged, 'dataChanged'],
  [WatchEventType.childrenChanged, 'childrenChanged'],
])

/** The one-shot tables that an event of each type empties (ZKWatchManager.materialize). */
const firedKinds: Readonly<Record<NodeEventType, readonly OneShotKind[]>> = {
  created: ['data', 'exist'],
  dataChanged: ['data', 'exist'],
  deleted: ['data', 'exist', 'children'],
  childrenChanged: ['children'],
}

/** Who looks on. */
export interface WatchObserver {
  watchArmed(kind: OneShotKind | PersistentWatchMode, path: string): void
  watchEvent(type: NodeEventType, path: string, zxid: bigint | undefined): void
}

/** How many paths have a watch, by kind. */
export type WatchCounts = Readonly<Record<OneShotKind | PersistentWatchMode, number>>

type Table<Watcher> = Map<string, Set<Watcher>>

/** Who watches what. Paths are the server's, chroot included. */
export class WatchRegistry {
  readonly #oneShot: Readonly<Record<OneShotKind, Table<WatchListener>>> = {
    data: new Map(),
    exist: new Map(),
    children: new Map(),
  }
  readonly #persistent: Readonly<Record<PersistentWatchMode, Table<PersistentWatcher>>> = {
    persistent: new Map(),
    persistentRecursive: new Map(),
  }
  /** Paths whose persistent-recursive watch the server keeps for the sake of a one-shot one, until the next connection. */
  readonly #keptRecursive = new Set<string>()
  readonly #observer: WatchObserver | undefined

  constructor(observer?: WatchObserver) {
    this.#observer = observer
  }

  /** The same listener twice on one path and kind counts once. */
  addOneShot(kind: OneShotKind, path: string, listener: WatchListener): void {
    if (add(this.#oneShot[kind], path, listener)) this.#observer?.watchArmed(kind, path)
  }

  addPersistent(mode: PersistentWatchMode, path: string, watcher: PersistentWatcher): void {
    if (add(this.#persistent[mode], path, watcher)) this.#observer?.watchArmed(mode, path)
  }

  /** Says whether that was the last watcher of this path and mode. */
  removePersistent(mode: PersistentWatchMode, path: string, watcher: PersistentWatcher): boolean {
    const watchers = this.#persistent[mode].get(path)
    if (watchers === undefined || !watchers.delete(watcher)) return false
    if (watchers.size > 0) return false
    this.#persistent[mode].delete(path)
    const keeps = mode === 'persistentRecursive' && this.#oneShot.children.has(path)
    if (keeps) this.#keptRecursive.add(path)
    return true
  }

  /** Forgets the one-shot watches of a path in the given tables. Says whether there were any. */
  removeOneShots(path: string, kinds: readonly OneShotKind[]): boolean {
    return kinds.filter((kind) => this.#oneShot[kind].delete(path)).length > 0
  }

  /** Forgets one listener. Says whether there was such a one. */
  removeOneShot(path: string, kinds: readonly OneShotKind[], listener: WatchListener): boolean {
    const found = kinds.filter((kind) => this.#oneShot[kind].get(path)?.delete(listener))
    for (const kind of found) {
      if (this.#oneShot[kind].get(path)?.size === 0) this.#oneShot[kind].delete(path)
    }
    return found.length > 0
  }

  hasOneShot(path: string): boolean {
    return Object.values(this.#oneShot).some((table) => table.has(path))
  }

  hasPersistent(mode: PersistentWatchMode, path: string): boolean {
    return this.#persistent[mode].has(path)
  }

  hasAnyPersistent(path: string): boolean {
    return this.hasPersistent('persistent', path) || this.hasPersistent('persistentRecursive', path)
  }

  /**
   * Whether persistent watches tell all that a one-shot watch would hear: then the server needs none. From 3.6 to 3.8 a one-shot watch
   * would even take the persistent one's place, and that would be gone with the next event (ZOOKEEPER-4466).
   */
  coversOneShot(kind: OneShotKind, path: string): boolean {
    if (this.hasPersistent('persistent', path)) return true
    return kind !== 'children' && this.hasPersistent('persistentRecursive', path)
  }

  get paths(): WatchedPaths {
    return {
      data: this.#oneShot.data.keys(),
      exist: this.#oneShot.exist.keys(),
      children: this.#oneShot.children.keys(),
      persistent: this.#persistent.persistent.keys(),
      persistentRecursive: this.#persistent.persistentRecursive.keys(),
    }
  }

  get counts(): WatchCounts {
    return {
      data: this.#oneShot.data.size,
      exist: this.#oneShot.exist.size,
      children: this.#oneShot.children.size,
      persistent: this.#persistent.persistent.size,
      persistentRecursive: this.#persistent.persistentRecursive.size,
    }
  }

  /** Finds, at once, who is to hear of an event, and gives what tells them. One-shot watches are used up by it. */
  take(wire: WatcherEvent, zxid: bigint): () => void {
    const type = eventTypes.get(wire.type)
    if (type === undefined) return () => {}
    const event: NodeEvent = { type, path: wire.path, zxid: zxid > 0n ? zxid : undefined }
    this.#observer?.watchEvent(type, event.path, event.zxid)
    const listeners = this.#takeOneShots(event)
    const parent = this.#takeOneShotsOfParent(event)
    const watchers = this.#persistentWatchersOf(event)
    return () => {
      for (const listener of listeners) notify(() => listener(event))
      for (const listener of parent.listeners) notify(() => listener(parent.event))
      for (const watcher of watchers) notify(() => watcher.onEvent(event))
    }
  }

  /** Ends all one-shot watches, and tells them so. */
  sessionLost(): void {
    const lost: (readonly [string, WatchListener])[] = []
    for (const table of Object.values(this.#oneShot)) {
      for (const [path, listeners] of table) for (const one of listeners) lost.push([path, one])
      table.clear()
    }
    for (const [path, listener] of lost) notify(() => listener({ type: 'sessionLost', path }))
  }

  /** Tells all persistent watches that they were armed again. */
  resync(): void {
    this.#keptRecursive.clear()
    for (const watcher of this.#allPersistent()) notify(() => watcher.onEvent({ type: 'resync' }))
  }

  /** Ends the persistent watches of one path. */
  endPersistentOf(path: string): void {
    for (const table of Object.values(this.#persistent)) {
      const ended = [...(table.get(path) ?? [])]
      table.delete(path)
      for (const watcher of ended) notify(() => watcher.onEnd(undefined))
    }
  }

  /** Ends all persistent watches. */
  endPersistent(error: ZooKeeperError | undefined): void {
    const ended = this.#allPersistent()
    this.#persistent.persistent.clear()
    this.#persistent.persistentRecursive.clear()
    for (const watcher of ended) notify(() => watcher.onEnd(error))
  }

  #allPersistent(): PersistentWatcher[] {
    return Object.values(this.#persistent).flatMap((table) =>
      [...table.values()].flatMap((watchers) => [...watchers]),
    )
  }

  #takeOneShots(event: NodeEvent): Set<WatchListener> {
    const fired = new Set<WatchListener>()
    for (const kind of firedKinds[event.type]) {
      const table = this.#oneShot[kind]
      for (const listener of table.get(event.path) ?? []) fired.add(listener)
      table.delete(event.path)
    }
    return fired
  }

  /**
   * The one-shot watches of the children that a znode came to or went from. Where the server has a persistent-recursive watch on the parent it
   * may have no other one (ZOOKEEPER-4466), and tells of the child alone. Where it tells of both, nobody is left to hear it twice.
   */
  #takeOneShotsOfParent({ type, path, zxid }: NodeEvent): {
    readonly listeners: Iterable<WatchListener>
    readonly event: NodeEvent
  } {
    const parent = parentPath(path)
    const event: NodeEvent = { type: 'childrenChanged', path: parent, zxid }
    const isAboutChildren = path !== '/' && (type === 'created' || type === 'deleted')
    const isRecursive =
      this.hasPersistent('persistentRecursive', parent) || this.#keptRecursive.has(parent)
    const listeners =
      isAboutChildren && isRecursive ? this.#oneShot.children.get(parent) : undefined
    if (listeners !== undefined) this.#oneShot.children.delete(parent)
    return { listeners: listeners ?? [], event }
  }

  #persistentWatchersOf(event: NodeEvent): PersistentWatcher[] {
    const found = [...(this.#persistent.persistent.get(event.path) ?? [])]
    const recursive = this.#persistent.persistentRecursive
    // A persistent-recursive watch is never told of children: it hears of each child itself.
    if (event.type === 'childrenChanged' || recursive.size === 0) return found
    for (let path = event.path; ; path = parentPath(path)) {
      found.push(...(recursive.get(path) ?? []))
      if (path === '/') return found
    }
  }
}

/** Says whether it is the first on its path. */
function add<Watcher>(table: Table<Watcher>, path: string, watcher: Watcher): boolean {
  const watchers = table.get(path)
  if (watchers === undefined) table.set(path, new Set([watcher]))
  else watchers.add(watcher)
  return watchers === undefined
}
