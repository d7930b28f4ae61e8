import type { DataInput } from '../client/multi.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { joinPath, nodeName } from '../protocol/path.ts'
import { notify } from '../session/notify.ts'
import type {
  EphemeralNodeEvent,
  EphemeralNodeState,
  PersistentEphemeralNodeOptions,
} from './ephemeral-node-state.ts'
import { PersistentEphemeralNode } from './persistent-ephemeral-node.ts'
import { TreeCache } from './tree-cache.ts'
import type { TreeChange } from './tree-difference.ts'

/** Settings of a `GroupMember`. */
export interface GroupMemberOptions extends PersistentEphemeralNodeOptions {
  /** What the member says of itself (default nothing). */
  readonly data?: DataInput | undefined
  /** With more members the group is not followed any more: `membersError` is a `CacheOverflowError` (default 100,000). */
  readonly maxMembers?: number | undefined
}

/** Told of the members whenever they or their data change. */
export type MembersListener = (members: ReadonlyMap<string, Buffer | null>) => void

/**
 * Membership in a group under a name of one's own, and a live list of all members (Curator: `GroupMember`; kazoo: `Party`).
 *
 * The member is an ephemeral znode below the group's path that stays for as long as the object is not closed: it comes back under the same
 * name in a new session, and when somebody deletes it. It is never taken from another session, so two processes of one name are
 * members one after the other; a process that was killed and started again waits until its former session has ended, or
 * takes over at once where `isPredecessor` knows the znode for its own. See `PersistentEphemeralNode`.
 *
 * The list is exact but for events on their way while `membersSynced` is true, and stays as it was while there is no connection. Unlike Curator's
 * it holds this member only when ZooKeeper shows it. Needs ZooKeeper 3.6. Who only wants to look takes a `TreeCache` with `maxDepth: 1`.
 */
export class GroupMember implements AsyncDisposable {
  /** The group's path. (Curator: `membershipPath`) */
  readonly path: string
  /** This member's name. */
  readonly id: string
  readonly #node: PersistentEphemeralNode
  readonly #cache: TreeCache
  readonly #members = new Map<string, Buffer | null>()
  readonly #listeners = new Set<MembersListener>()

  /** `path` is the group's, `id` this member's name in it. */
  constructor(client: ZooKeeper, path: string, id: string, options: GroupMemberOptions = {}) {
    const { data = null, maxMembers = DEFAULT_MAX_MEMBERS } = options
    this.path = path
    this.id = id
    this.#node = new PersistentEphemeralNode(client, joinPath(path, id), data, options)
    this.#cache = new TreeCache(client, path, {
      maxDepth: 1,
      // The group's own znode counts too.
      maxNodes: maxMembers + 1,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    })
    this.#cache.onChange((changes) => this.#apply(changes))
  }

  /** The members' data by their names, as they are now. */
  get members(): ReadonlyMap<string, Buffer | null> {
    return this.#members
  }

  /** Whether `members` is ZooKeeper's state, but for events on their way. */
  get membersSynced(): boolean {
    return this.#cache.synced
  }

  /** Why the members are not followed any more; undefined while they are. */
  get membersError(): ZooKeeperError | undefined {
    return this.#cache.error
  }

  /** How this one's own membership stands. */
  get state(): EphemeralNodeState {
    return this.#node.state
  }

  /** Calls the listener whenever members or their data change, until the returned function is called. */
  onMembersChange(listener: MembersListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls the listener at every change of this one's own membership, until the returned function is called. */
  onStateChange(listener: (event: EphemeralNodeEvent) => void): () => void {
    return this.#node.onStateChange(listener)
  }

  /**
   * Joins. Resolves when this one is a member and the members are known. When `signal` or `timeoutMs` end the waiting it goes on
   * trying, until `close`. Called again, it waits for the same.
   */
  async start(options: CallOptions = {}): Promise<void> {
    await Promise.all([this.#node.start(options), this.#cache.start(options)])
  }

  /** Changes what the member says of itself, now and in later sessions. See `PersistentEphemeralNode.setData`. */
  setData(data: DataInput, options: CallOptions = {}): Promise<void> {
    return this.#node.setData(data, options)
  }

  /** Leaves the group, and follows it no more. Never rejects; resolves within two seconds. */
  async close(): Promise<void> {
    await Promise.all([this.#node.close(), this.#cache.close()])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #apply(changes: readonly TreeChange[]): void {
    const ofMembers = changes.filter(({ path }) => path !== this.path)
    for (const { type, path, node } of ofMembers) {
      if (type === 'removed') this.#members.delete(nodeName(path))
      else this.#members.set(nodeName(path), node.data)
    }
    if (ofMembers.length === 0) return
    for (const listener of [...this.#listeners]) notify(() => listener(this.#members))
  }
}

const DEFAULT_MAX_MEMBERS = 100_000
