import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { serverError } from '../errors/server-errors.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { addWatchOperation } from '../protocol/operations/add-watch.ts'
import { checkWatchesOperation } from '../protocol/operations/check-watches.ts'
import type { ReadRequest } from '../protocol/operations/read-request.ts'
import { removeWatchesOperation } from '../protocol/operations/remove-watches.ts'
import { AddWatchMode, WatcherType } from '../protocol/watch-types.ts'
import type { Session } from '../session/session.ts'
import type { PersistentWatchMode } from '../session/watch-event.ts'
import type { OneShotKind, PersistentWatcher, WatchListener } from '../session/watch-registry.ts'
import { type Caller, checkPath } from './caller.ts'
import { checkOptions, oneOf, watchOf } from './check-arguments.ts'
import type { Chroot } from './chroot.ts'
import { PersistentWatch } from './persistent-watch.ts'
import { ReadsUnderWay } from './reads-under-way.ts'

/** Which watches `removeWatches` takes off a path. */
export interface RemoveWatchesOptions extends CallOptions {
  /** Default `any`: all of them, persistent ones too. */
  readonly type?: 'any' | 'data' | 'children' | undefined
  /**
   * Only this listener of one-shot watches, at once, connected or not; others on the path stay. The server is not told: if it has an event
   * for the watch, nobody hears of it.
   */
  readonly watch?: WatchListener | undefined
}

/** Which watches `checkWatches` looks for. */
export interface CheckWatchesOptions extends CallOptions {
  /** Default `any`. */
  readonly type?: 'any' | 'data' | 'children' | undefined
}

/** A read, and its one-shot watch if it has one. */
interface OneShotRead {
  readonly request: ReadRequest
  readonly handlers: { readonly onSent?: () => void; readonly onFailure?: () => void }
  /** Registers the watch of a read that succeeded, and passes the read's result on. */
  leave<Result>(kind: OneShotKind, result: Result): Result
}

/** The one-shot tables of each kind of `removeWatches`. */
const removable: Readonly<Record<'any' | 'data' | 'children', readonly OneShotKind[]>> = {
  any: ['data', 'exist', 'children'],
  data: ['data', 'exist'],
  children: ['children'],
}

/** The watches of one client: puts them on paths and takes them off, below its chroot. */
export class Watches {
  readonly #session: Session
  readonly #chroot: Chroot
  readonly #caller: Caller
  /** The reads with a one-shot watch that are on the wire. */
  readonly #reads = new ReadsUnderWay()
  /** What stands for a listener below a chroot: always the same, so that the same listener twice counts once. */
  readonly #translations = new WeakMap<WatchListener, WatchListener>()

  constructor(session: Session, chroot: Chroot, caller: Caller) {
    this.#session = session
    this.#chroot = chroot
    this.#caller = caller
  }

  /** What a read that may have a one-shot watch asks of the server, and what it does with its answer. */
  oneShot(kind: OneShotKind, serverPath: string, watch: WatchListener | undefined): OneShotRead {
    if (watch === undefined) {
      return {
        request: { path: serverPath, watch: false },
        handlers: {},
        leave: (_, result) => result,
      }
    }
    const { watches } = this.#session
    const request: ReadRequest = {
      path: serverPath,
      // Looked at when the request is written: a persistent watch may have been waiting before it.
      get watch() {
        return !watches.coversOneShot(kind, serverPath)
      },
    }
    const listener = this.#translatedListener(watch)
    const end = () => this.#reads.end(serverPath, request)
    return {
      request,
      handlers: { onSent: () => this.#reads.begin(serverPath, request), onFailure: end },
      leave(found, result) {
        end()
        watches.addOneShot(found, serverPath, listener)
        return result
      },
    }
  }

  /** See `ZooKeeper.addWatch`. */
  async add(
    path: string,
    mode: PersistentWatchMode,
    options: CallOptions,
  ): Promise<PersistentWatch> {
    checkPath(path)
    oneOf(AddWatchMode, 'mode', mode, path)
    const serverPath = this.#chroot.toServer(path)
    const { watches } = this.#session
    let arm = () => {}
    let disarm = () => {}
    const watch = new PersistentWatch(path, mode, (inner) => {
      const watcher = this.#translatedWatcher(inner)
      arm = () => watches.addPersistent(mode, serverPath, watcher)
      disarm = () => watches.removePersistent(mode, serverPath, watcher)
      return () => this.#removePersistent(mode, serverPath, watcher)
    })
    await this.#caller.call(
      addWatchOperation,
      { path: serverPath, mode: AddWatchMode[mode] },
      { path, mutates: false },
      {
        convert: () => undefined,
        // Looked at when the request is written: a watch of the other mode may have been waiting before it.
        onSending: () => this.#refuseOtherMode(path, mode),
        onSent: () => arm(),
        onFailure: () => disarm(),
      },
      options,
    )
    return watch
  }

  /** See `ZooKeeper.removeWatches`. */
  async remove(path: string, options: RemoveWatchesOptions): Promise<void> {
    const watch = watchOf(options, path)
    const type = oneOf(removable, 'type', options.type ?? 'any', path)
    const serverPath = this.#chroot.toServer(path)
    if (watch !== undefined) return this.#removeListener(path, type, watch)
    const { watches } = this.#session
    // The server could take the persistent watch away, and may know no other: it is only asked, so that the answer comes in order.
    if (type !== 'any' && watches.hasAnyPersistent(serverPath)) {
      const convert = () => {
        const wereThere = watches.removeOneShots(serverPath, removable[type])
        if (!wereThere) throw serverError(ErrorCode.noWatcher, path)
      }
      const any = { path: serverPath, type: WatcherType.any }
      return this.#caller.read(checkWatchesOperation, path, any, convert, options)
    }
    return this.#caller.read(
      removeWatchesOperation,
      path,
      { path: serverPath, type: WatcherType[type] },
      () => {
        watches.removeOneShots(serverPath, removable[type])
        if (type === 'any') watches.endPersistentOf(serverPath)
      },
      options,
    )
  }

  /** See `ZooKeeper.checkWatches`. */
  async check(path: string, options: CheckWatchesOptions): Promise<boolean> {
    checkOptions(options, path)
    const type = WatcherType[oneOf(removable, 'type', options.type ?? 'any', path)]
    const request = { path: this.#chroot.toServer(path), type }
    const recover = (err: number) => (err === ErrorCode.noWatcher ? { result: false } : undefined)
    const subject = { path, mutates: false }
    const handlers = { convert: () => true, recover }
    return this.#caller.call(checkWatchesOperation, request, subject, handlers, options)
  }

  async #removeListener(
    path: string,
    type: keyof typeof removable,
    watch: WatchListener,
  ): Promise<void> {
    const { watches } = this.#session
    const serverPath = this.#chroot.toServer(path)
    const listener = this.#translatedListener(watch)
    // The server keeps its watch: taking it off could take that of a read which is under way. Its event is ignored.
    const wasThere = watches.removeOneShot(serverPath, removable[type], listener)
    if (!wasThere) throw serverError(ErrorCode.noWatcher, path)
  }

  #refuseOtherMode(path: string, mode: PersistentWatchMode): void {
    const otherMode = mode === 'persistent' ? 'persistentRecursive' : 'persistent'
    if (this.#session.watches.hasPersistent(otherMode, this.#chroot.toServer(path))) {
      throw new InvalidOptionError(`there is a ${otherMode} watch already`, { path })
    }
  }

  #translatedListener(watch: WatchListener): WatchListener {
    if (this.#chroot.isRoot) return watch
    const known = this.#translations.get(watch)
    if (known !== undefined) return known
    const translated: WatchListener = (event) => watch(this.#chroot.event(event))
    this.#translations.set(watch, translated)
    return translated
  }

  #translatedWatcher(inner: PersistentWatcher): PersistentWatcher {
    if (this.#chroot.isRoot) return inner
    return {
      onEvent: (event) =>
        inner.onEvent(event.type === 'resync' ? event : this.#chroot.event(event)),
      onEnd: (error) => inner.onEnd(error),
    }
  }

  /** Leaves the server's watch alone where taking it away could hurt another one: its events are then ignored. */
  async #removePersistent(
    mode: PersistentWatchMode,
    serverPath: string,
    watcher: PersistentWatcher,
  ): Promise<void> {
    const { watches } = this.#session
    const isLast = watches.removePersistent(mode, serverPath, watcher)
    if (!isLast || !this.#session.canSendNow) return
    if (watches.hasOneShot(serverPath) || this.#reads.has(serverPath)) return
    const request = { path: serverPath, type: WatcherType.any }
    const path = this.#chroot.toClient(serverPath)
    await this.#caller
      .read(removeWatchesOperation, path, request, () => undefined, {})
      .catch(() => undefined)
  }
}
