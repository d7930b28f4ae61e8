import type { WatchOptions } from '../client/operation-options.ts'
import { persevere, unlessAborted } from '../client/persevere.ts'
import type { RemoveWatchesOptions } from '../client/watches.ts'
import { ClosedError } from '../errors/client-errors.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import type { Stat } from '../protocol/records/stat.ts'
import { Bell } from './contention/bell.ts'

/** A client that leaves one-shot watches: a `ZooKeeper`. */
interface Watching {
  exists(path: string, options: WatchOptions): Promise<Stat | undefined>
  removeWatches(path: string, options: RemoveWatchesOptions): Promise<void>
}

/** A client that reads data: a `ZooKeeper`, or what its `withSerializer` gives. */
export interface DataWatching<Value> extends Watching {
  getData(path: string, options: WatchOptions): Promise<{ data: Value; stat: Stat }>
}

/** A client that reads children: a `ZooKeeper`. */
export interface ChildrenWatching extends Watching {
  getChildren2(
    path: string,
    options: WatchOptions,
  ): Promise<{ children: readonly string[]; stat: Stat }>
}

/** Options of `watchData` and `watchChildren`. */
export interface WatchZnodeOptions {
  /** Aborting it ends the loop with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The data of a znode, now and after every change; null while it does not exist (kazoo's `DataWatch`).
 *
 * It lives on one-shot watches, so any ZooKeeper will do, and goes on over lost connections and sessions. States may be skipped, the
 * last one never; one that is as the one before is not told again. The loop ends when the client is closed. It throws what `getData`
 * rejects with, a `NoAuthError` say, and nothing for a connection or a session that was lost. `break` takes the watch away.
 */
export function watchData<Value>(
  client: DataWatching<Value>,
  path: string,
  options: WatchZnodeOptions = {},
): AsyncGenerator<{ data: Value; stat: Stat } | null, void, undefined> {
  return watchZnode(client, path, options, {
    read: (watch) => client.getData(path, watch),
    isSame: (a, b) => a.stat.mzxid === b.stat.mzxid,
  })
}

/**
 * The names of a znode's children, in no order, now and after every change; null while it does not exist (kazoo's
 * `ChildrenWatch`). Promises what `watchData` does.
 */
export function watchChildren(
  client: ChildrenWatching,
  path: string,
  options: WatchZnodeOptions = {},
): AsyncGenerator<{ children: readonly string[]; stat: Stat } | null, void, undefined> {
  return watchZnode(client, path, options, {
    read: (watch) => client.getChildren2(path, watch),
    // The same parent, and no child came or went.
    isSame: (a, b) => a.stat.czxid === b.stat.czxid && a.stat.pzxid === b.stat.pzxid,
  })
}

interface Reading<State> {
  readonly read: (options: WatchOptions) => Promise<State>
  readonly isSame: (a: State, b: State) => boolean
}

async function* watchZnode<State>(
  client: Watching,
  path: string,
  { signal = new AbortController().signal }: WatchZnodeOptions,
  { read, isSame }: Reading<State>,
): AsyncGenerator<State | null, void, undefined> {
  const bell = new Bell()
  // However long it takes to come back: the client's own deadline is for calls that somebody waits for.
  const limits = { watch: bell.ring, timeoutMs: Infinity }
  let last: State | null | undefined
  try {
    for (;;) {
      const changed = bell.next()
      const state = await persevere({ signal }, {}, ({ signal, retry }) =>
        retry(() => readOrNull(client, path, { ...limits, signal }, read)),
      )
      const isTold = last && state ? isSame(last, state) : last === state
      if (!isTold) yield state
      last = state
      await unlessAborted(changed, signal)
    }
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error
  } finally {
    // There is none when it has just told its event.
    await client.removeWatches(path, { watch: bell.ring }).catch(() => undefined)
  }
}

/** Reads and leaves the watch, which is left where there is no znode too. */
async function readOrNull<State>(
  client: Watching,
  path: string,
  options: WatchOptions,
  read: Reading<State>['read'],
): Promise<State | null> {
  for (;;) {
    try {
      return await read(options)
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error
    }
    // Created since the read? Then the next read finds it.
    if ((await client.exists(path, options)) === undefined) return null
  }
}
