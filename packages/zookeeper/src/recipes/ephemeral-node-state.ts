import type { Timing } from '../client/persevere.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'

/**
 * - `connecting`: not begun, or no session yet, or a new one after an expiry; the znode is not there.
 * - `waiting`: the znode belongs to another session (`owner`; 0 for a persistent one); it is ours as soon as that one goes.
 * - `present`: the znode is ours and holds what it shall.
 * - `suspended`: it was `present`, but ZooKeeper cannot be reached. The znode stays while the session does, and comes back
 *   should it expire.
 * - `failing`: ZooKeeper refuses; it is tried again for ever, but for credentials that it does not accept.
 * - `closed`: `close` was called, here or on the client. Final.
 */
export type EphemeralNodeState =
  | 'connecting'
  | 'waiting'
  | 'present'
  | 'suspended'
  | 'failing'
  | 'closed'

/** A change of state. */
export interface EphemeralNodeEvent {
  readonly state: EphemeralNodeState
  /** For people: why it waits or fails. */
  readonly reason?: string
  /** While it waits: the session that owns the znode. */
  readonly owner?: bigint
  /** While it fails: what ZooKeeper said. */
  readonly error?: unknown
}

/** Settings of a `PersistentEphemeralNode`. */
export interface PersistentEphemeralNodeOptions extends Timing {
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
  /**
   * Says whether a znode of another session is what a former process of this one's name left behind when it died, so that it may be taken
   * away before its session ends: it holds an identity that nobody else has, say. Asked only until the znode
   * was ours for the first time, so that two processes which take each other for dead do not fight for ever: the one that started last wins.
   * Default: no, so the former session is waited out.
   */
  readonly isPredecessor?:
    | ((node: { readonly data: Buffer | null; readonly stat: Stat }) => boolean)
    | undefined
}
