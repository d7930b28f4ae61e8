/** How a watch stays: until it fires, until it is removed, or until removed and for everything below too. */
export const WatchMode = { oneShot: 1, persistent: 2, persistentRecursive: 4 } as const
export type WatchMode = (typeof WatchMode)[keyof typeof WatchMode]

const ALL_MODES = WatchMode.oneShot | WatchMode.persistent | WatchMode.persistentRecursive

/** Which watcher watches which path, and how: all modes may hold at once, as since 3.9 (WatchManager.java, WatchStats.java). */
export class WatchTable<Watcher> {
  /** A sum of modes for each watcher. */
  readonly #byPath = new Map<string, Map<Watcher, number>>()
  readonly #byWatcher = new Map<Watcher, Set<string>>()
  #recursive = 0

  /** Watches, counting a path once for each watcher. */
  get size(): number {
    let size = 0
    for (const paths of this.#byWatcher.values()) size += paths.size
    return size
  }

  /** Whether any watcher's interest reaches below its path. */
  get hasRecursive(): boolean {
    return this.#recursive > 0
  }

  /** The watchers at exactly this path, with the sums of their modes. */
  at(path: string): Iterable<readonly [Watcher, number]> {
    return this.#byPath.get(path) ?? []
  }

  pathsOf(watcher: Watcher): Iterable<string> {
    return this.#byWatcher.get(watcher) ?? []
  }

  add(path: string, watcher: Watcher, mode: WatchMode): void {
    let watchers = this.#byPath.get(path)
    if (watchers === undefined) {
      watchers = new Map()
      this.#byPath.set(path, watchers)
    }
    this.#set(path, watchers, watcher, (watchers.get(watcher) ?? 0) | mode)
    const paths = this.#byWatcher.get(watcher)
    if (paths === undefined) this.#byWatcher.set(watcher, new Set([path]))
    else paths.add(path)
  }

  /** Whether the watcher watches the path in this mode; without one: in any. */
  has(path: string, watcher: Watcher, mode: number = ALL_MODES): boolean {
    return ((this.#byPath.get(path)?.get(watcher) ?? 0) & mode) !== 0
  }

  /** Takes a mode (without one: all) away. Returns whether there was anything to take. */
  remove(path: string, watcher: Watcher, mode: number = ALL_MODES): boolean {
    const watchers = this.#byPath.get(path)
    const modes = watchers?.get(watcher) ?? 0
    if (watchers === undefined || (modes & mode) === 0) return false
    this.#set(path, watchers, watcher, modes & ~mode)
    return true
  }

  removeWatcher(watcher: Watcher): void {
    for (const path of [...(this.#byWatcher.get(watcher) ?? [])]) this.remove(path, watcher)
  }

  /** The watchers at exactly this path with their modes before; what was one-shot is gone after it. */
  fire(path: string): readonly (readonly [Watcher, number])[] {
    const watchers = this.#byPath.get(path)
    if (watchers === undefined) return []
    const fired = [...watchers]
    for (const [watcher, modes] of fired) {
      if ((modes & WatchMode.oneShot) !== 0) {
        this.#set(path, watchers, watcher, modes & ~WatchMode.oneShot)
      }
    }
    return fired
  }

  #set(path: string, watchers: Map<Watcher, number>, watcher: Watcher, modes: number): void {
    const before = watchers.get(watcher) ?? 0
    this.#recursive +=
      Number((modes & WatchMode.persistentRecursive) !== 0) -
      Number((before & WatchMode.persistentRecursive) !== 0)
    if (modes !== 0) {
      watchers.set(watcher, modes)
      return
    }
    watchers.delete(watcher)
    if (watchers.size === 0) this.#byPath.delete(path)
    const paths = this.#byWatcher.get(watcher)
    paths?.delete(path)
    if (paths?.size === 0) this.#byWatcher.delete(watcher)
  }
}
