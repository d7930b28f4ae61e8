import type { CallOptions } from '../connection/call.ts'
import { ClientDiagnostics } from '../diagnostics/client-diagnostics.ts'
import type { ClientInfo } from '../protocol/operations/who-am-i.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'
import { Session } from '../session/session.ts'
import type { SessionIdentity } from '../session/session-memory.ts'
import type { CloseOptions } from '../session/session-options.ts'
import type { SessionState, StateListener } from '../session/session-state.ts'
import type { PersistentWatchMode } from '../session/watch-event.ts'
import { Caller } from './caller.ts'
import { Chroot } from './chroot.ts'
import { createWithParents } from './create-with-parents.ts'
import { deleteRecursive } from './delete-recursive.ts'
import { ensureChroot } from './ensure-chroot.ts'
import { type EnsurePathOptions, ensurePath } from './ensure-path.ts'
import { getDataOrNull } from './get-data-or-null.ts'
import type {
  DataInput,
  MultiOperation,
  MultiReadOperation,
  MultiReadResults,
  MultiResults,
} from './multi.ts'
import type { CreateOptions, VersionOptions, WatchOptions } from './operation-options.ts'
import { type Hosts, readServerList, resolveOptions, type ZooKeeperOptions } from './options.ts'
import { performMulti, performMultiRead } from './perform-multi.ts'
import type { PersistentWatch } from './persistent-watch.ts'
import { PlainReads } from './plain-reads.ts'
import { performReconfig, type Reconfiguration, type StoredEnsembleConfig } from './reconfig.ts'
import type { Serializer } from './serializer.ts'
import type { ClientStats } from './stats.ts'
import { Transaction } from './transaction.ts'
import { TypedClient } from './typed-client.ts'
import { whenConnected, whenDrained } from './wait-on-session.ts'
import { walk } from './walk.ts'
import { WatchedReads } from './watched-reads.ts'
import { type CheckWatchesOptions, type RemoveWatchesOptions, Watches } from './watches.ts'
import { Writes } from './writes.ts'

/** For the default names of clients. */
let clientsMade = 0

/**
 * A ZooKeeper client: one session after another, over one connection after another.
 *
 * Call `connect` first: nothing is sent before. Then every call resolves with what the server answered, or rejects with a `ZooKeeperError`: switch on its
 * `code`. Requests are written in the order of the calls and answered in that order. While `state` is
 * `connecting`, `suspended` or `lost` they wait; when the connection breaks, those already sent fail with a
 * `ConnectionLossError`, and `mayHaveHappened` says whether a write may have got through. No write is ever sent twice.
 */
export class ZooKeeper implements AsyncDisposable {
  readonly #session: Session
  readonly #chroot: Chroot
  readonly #caller: Caller
  readonly #watches: Watches
  readonly #reads: WatchedReads
  readonly #plainReads: PlainReads
  readonly #writes: Writes

  /** `hosts` is "host:port,host:port/chroot", or a list of such parts. Throws an `InvalidOptionError` for what cannot be read. */
  constructor(hosts: Hosts, options: ZooKeeperOptions = {}) {
    const resolved = resolveOptions(hosts, options)
    this.#chroot = new Chroot(resolved.chroot)
    const diagnostics = new ClientDiagnostics(options.name ?? `zookeeper-${++clientsMade}`)
    this.#session = new Session({ ...resolved, diagnostics })
    this.#caller = new Caller(this.#session, resolved.requestTimeoutMs)
    this.#watches = new Watches(this.#session, this.#chroot, this.#caller)
    this.#reads = new WatchedReads(this.#caller, this.#chroot, this.#watches)
    this.#plainReads = new PlainReads(this.#caller, this.#chroot)
    this.#writes = new Writes(this.#caller, this.#chroot)
  }

  /** What the state promises stands at `SessionState`. */
  get state(): SessionState {
    return this.#session.state
  }

  /** 0 while there is no session. One that a read-only server made up does not count: no other server knows it. */
  get sessionId(): bigint {
    return this.#session.sessionId
  }

  /** The newest transaction that an answer or an event named, in this session (kazoo's `last_zxid`): no read shows an older tree. */
  get lastZxid(): bigint {
    return this.#session.lastZxid
  }

  /** The server that answers, by name or address; undefined while there is none. */
  get server(): { readonly host: string; readonly port: number } | undefined {
    return this.#session.server
  }

  /** The connect string's path, which all paths of this client lie below; "" for none. */
  get chroot(): string {
    return this.#chroot.prefix
  }

  /**
   * What another client, the next process say, needs as its option `session` to go on with this session (ClientCnxn's getSessionPasswd,
   * kazoo's client_id); undefined while there is none. The password is a secret.
   */
  get session(): SessionIdentity | undefined {
    return this.#session.identity
  }

  /** The timeout that the server gave; before the first connection the one that is asked for. */
  get sessionTimeoutMs(): number {
    return this.#session.timeoutMs
  }

  /** Why the last attempt to connect failed, or the last connection broke; undefined when none has. */
  get lastConnectionError(): Error | undefined {
    return this.#session.lastConnectionError
  }

  /** What diagnostics and the debug log call this client. */
  get name(): string {
    return this.#session.diagnostics.client
  }

  /** What this client has done and is doing, counted: see docs/diagnostics.md. A copy, made at each call. */
  stats(): ClientStats {
    const { diagnostics, queuedRequests, watches } = this.#session
    return { ...diagnostics.snapshot(), queued: queuedRequests, watches: watches.counts }
  }

  /**
   * Calls the listener at every change of state, until the returned function is called. It is not told the state of now: look at `state`.
   * What it throws becomes an uncaught exception, as with every listener of this package.
   */
  onStateChange(listener: StateListener): () => void {
    return this.#session.onStateChange(listener)
  }

  /**
   * Begins to look for a server, and resolves when one answers: `connected`, or `connectedReadOnly` where that will do. Rejects when a
   * credential is refused, the signal aborted, the time up, or with a `TlsError` when none of the servers can be trusted or trusts us; but for
   * the first case the client goes on looking until `close`. Waits for ever by default: `requestTimeoutMs` does not count here. May be called
   * again, at any time, to wait for a connection (Curator's `blockUntilConnected`).
   */
  connect(options: CallOptions = {}): Promise<void> {
    this.#session.start()
    return whenConnected(this.#session, options)
  }

  /**
   * Replaces the hosts of the connect string, for an ensemble that grows, shrinks or moves. The client leaves its server when the list does
   * not name it any more, or by chance when the list grew, so that all clients together spread evenly; what was sent is answered before.
   * Throws an `InvalidOptionError` for a connect string that cannot be read, or with another path than the first one's.
   */
  updateServerList(hosts: Hosts): void {
    this.#session.updateServerList(readServerList(hosts, this.#chroot.toServer('/')))
  }

  /**
   * Resolves as soon as a call made now would be sent at once: there is a connection, nothing waits before it, and the server keeps up. Who
   * makes many calls without awaiting each awaits this between them, and never meets a `QueueFullError`.
   */
  drain(options: CallOptions = {}): Promise<void> {
    return whenDrained(this.#session, options)
  }

  /**
   * Ends the session, so that its ephemeral znodes go at once, or keeps it. Never rejects; resolves within two seconds. The client cannot
   * be started again: make another one.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#session.close(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Creates the connect string's path where it does not exist yet: until then every call says `NoNodeError`. `ensurePath('/')`
   * does it too, and outlives lost connections.
   */
  ensureChroot(options: EnsurePathOptions = {}): Promise<void> {
    return ensureChroot(this.#caller, this.#chroot.prefix, options)
  }

  /**
   * Makes sure that a persistent znode and all above it exist, the connect string's path too (kazoo: `ensure_path`; Curator:
   * `createContainers`). What exists stays as it is, and needs no right to create. Safe to repeat, so it goes on over lost connections and
   * sessions until it is done, or `signal` or `timeoutMs` end it.
   */
  ensurePath(path: string, options: EnsurePathOptions = {}): Promise<void> {
    return ensurePath(this, path, options)
  }

  /** Creates a znode and resolves with its path, which has a number at its end when the mode is a sequential one. */
  create(path: string, data: DataInput = null, options: CreateOptions = {}): Promise<string> {
    const create = (limits: CallOptions) =>
      this.#writes.create(path, data, { ...options, ...limits })
    return options?.parents === true
      ? createWithParents(this, { path, acl: options.acl, create }, options)
      : this.#writes.create(path, data, options)
  }

  /** Like `create`, with the new znode's Stat. Needs ZooKeeper 3.5. */
  create2(
    path: string,
    data: DataInput = null,
    options: CreateOptions = {},
  ): Promise<{ path: string; stat: Stat }> {
    const create = (limits: CallOptions) =>
      this.#writes.create2(path, data, { ...options, ...limits })
    return options?.parents === true
      ? createWithParents(this, { path, acl: options.acl, create }, options)
      : this.#writes.create2(path, data, options)
  }

  /** Deletes a znode without children. */
  delete(path: string, options: VersionOptions = {}): Promise<void> {
    return this.#writes.delete(path, options)
  }

  /**
   * Deletes a znode and all below it (ZKUtil.deleteRecursive; kazoo: `delete(recursive=True)`; Curator: `deletingChildrenIfNeeded`).
   *
   * A tree of up to 1,000 znodes (paths of 512 KiB together) goes in one transaction: others see all of it or nothing. A larger one goes in
   * several, the deepest znodes first, and so does one that others change meanwhile. A path that does not exist is no
   * error. Goes on over lost connections and sessions; the deadline is for all of it. Rejects with a `NotEmptyError` when others create
   * below it all the time.
   */
  deleteRecursive(path: string, options: CallOptions = {}): Promise<void> {
    return deleteRecursive(this, path, options)
  }

  /** The znode's Stat, or undefined when there is none. A watch is left in both cases. */
  exists(path: string, options: WatchOptions = {}): Promise<Stat | undefined> {
    return this.#reads.exists(path, options)
  }

  /** The znode's data and Stat. A watch is left only when it exists. */
  getData(path: string, options: WatchOptions = {}): Promise<{ data: Buffer | null; stat: Stat }> {
    return this.#reads.getData(path, options)
  }

  /** `getData`, with null for a znode that does not exist; no watch is left on that one. */
  getDataOrNull(
    path: string,
    options: WatchOptions = {},
  ): Promise<{ data: Buffer | null; stat: Stat } | null> {
    return getDataOrNull(this, path, options)
  }

  /** Replaces the znode's data, and resolves with its new Stat. */
  setData(path: string, data: DataInput, options: VersionOptions = {}): Promise<Stat> {
    return this.#writes.setData(path, data, options)
  }

  /** The ACL and the Stat. Digests are hidden from who is not an admin of the znode. */
  getACL(path: string, options: CallOptions = {}): Promise<{ acl: readonly Acl[]; stat: Stat }> {
    return this.#plainReads.getACL(path, options)
  }

  /** Here `version` is that of the ACL, `Stat.aversion`. */
  setACL(path: string, acl: readonly Acl[], options: VersionOptions = {}): Promise<Stat> {
    return this.#writes.setACL(path, acl, options)
  }

  /** The children's names, in no order. */
  getChildren(path: string, options: WatchOptions = {}): Promise<string[]> {
    return this.#reads.getChildren(path, options)
  }

  /** The children's names, in no order, and the Stat. */
  getChildren2(
    path: string,
    options: WatchOptions = {},
  ): Promise<{ children: readonly string[]; stat: Stat }> {
    return this.#reads.getChildren2(path, options)
  }

  /**
   * The paths of a znode and of all below it, level by level, so parents before their children (ZKUtil.visitSubTreeBFS). Others may change
   * the tree meanwhile: what is deleted before its turn comes is left out, what is created then may be. `timeoutMs` is for each read.
   */
  walk(path: string, options: CallOptions = {}): AsyncGenerator<string, void, undefined> {
    return walk(this, path, options)
  }

  /** How many znodes lie below, at any depth. Needs ZooKeeper 3.6. */
  getAllChildrenNumber(path: string, options: CallOptions = {}): Promise<number> {
    return this.#plainReads.getAllChildrenNumber(path, options)
  }

  /** This session's ephemeral znodes whose paths begin with the prefix: "/a" finds "/ab" too. Needs ZooKeeper 3.6. */
  getEphemerals(prefixPath = '/', options: CallOptions = {}): Promise<string[]> {
    return this.#plainReads.getEphemerals(prefixPath, options)
  }

  /** Who the server takes this connection for. Needs ZooKeeper 3.7: an older server closes the connection, so ask once. */
  whoAmI(options: CallOptions = {}): Promise<readonly ClientInfo[]> {
    return this.#plainReads.whoAmI(options)
  }

  /** Waits until the server has seen all that was committed before. Reads that come after see it too. The path counts for nothing. */
  sync(path = '/', options: CallOptions = {}): Promise<void> {
    return this.#plainReads.sync(path, options)
  }

  /**
   * All operations or none; the results are typed by their places. Rejects with a `MultiError` that names the one that failed.
   * `transaction` builds the same call by call.
   */
  multi<const Operations extends readonly MultiOperation[]>(
    operations: Operations,
    options: CallOptions = {},
  ): Promise<MultiResults<Operations>> {
    return performMulti(this.#caller, this.#chroot, operations, options)
  }

  /** Begins a transaction: `zk.transaction().create('/a').setData('/b', 'x').commit()`. Nothing is sent before `commit`. */
  transaction(): Transaction {
    return new Transaction((operations, options) => this.multi(operations, options))
  }

  /**
   * A client whose znodes hold values of one type: `zk.withSerializer(jsonSerializer(schema.parse))`. It shares this client's
   * session, and needs no closing.
   */
  withSerializer<Value>(serializer: Serializer<Value>): TypedClient<Value> {
    return new TypedClient(this, serializer)
  }

  /** Several reads in one round trip, each with a result or an error of its own. Needs ZooKeeper 3.6. */
  multiRead<const Operations extends readonly MultiReadOperation[]>(
    operations: Operations,
    options: CallOptions = {},
  ): Promise<MultiReadResults<Operations>> {
    return performMultiRead(this.#caller, this.#chroot, operations, options)
  }

  /**
   * The members of the ensemble, whatever the chroot; a standalone server has none. A watch hears of the next reconfiguration. Needs
   * ZooKeeper 3.5 and the right to read /zookeeper/config, which everybody has by default.
   */
  getConfig(options: WatchOptions = {}): Promise<StoredEnsembleConfig> {
    return this.#reads.getConfig(options)
  }

  /**
   * Changes the members of the ensemble, one change at a time, and resolves with the new configuration. Needs ZooKeeper 3.5 with
   * `reconfigEnabled=true`, and the right to write /zookeeper/config: by default the superuser alone has it. Rejects with a
   * `ReconfigDisabledError`, `ReconfigInProgressError`, `NewConfigNoQuorumError` (the joining servers must run, and have caught up),
   * `BadVersionError` (of `fromConfig`), `BadArgumentsError` or `NoAuthError`.
   */
  reconfig(change: Reconfiguration, options: CallOptions = {}): Promise<StoredEnsembleConfig> {
    return performReconfig(this.#caller, change, options)
  }

  /**
   * Proves a further identity, on this connection and on all later ones. One that is refused (a scheme that the server does not know) rejects and is
   * forgotten; the server closes the connection then, so other calls under way fail with a `ConnectionLossError`.
   */
  addAuth(scheme: string, credential: string, options: CallOptions = {}): Promise<void> {
    return this.#session.addAuth({ scheme, credential }, this.#caller.limits(options))
  }

  /**
   * Watches a path, which need not exist, until the watch is closed. Needs ZooKeeper 3.6: an older server answers
   * `UnimplementedError` and closes the connection, so ask once. One path has one mode: the other one is refused.
   */
  addWatch(
    path: string,
    mode: PersistentWatchMode,
    options: CallOptions = {},
  ): Promise<PersistentWatch> {
    return this.#watches.add(path, mode, options)
  }

  /** Takes watches off a path, persistent ones too with `any`. Rejects with a `NoWatcherError` when there is none. */
  removeWatches(path: string, options: RemoveWatchesOptions = {}): Promise<void> {
    return this.#watches.remove(path, options)
  }

  /** Whether the server has a watch of this client on the path. Needs ZooKeeper 3.5. */
  checkWatches(path: string, options: CheckWatchesOptions = {}): Promise<boolean> {
    return this.#watches.check(path, options)
  }
}
