import type { CallOptions } from '../connection/call.ts'
import type { PlainMode, TTLMode } from '../protocol/create-flags.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { WatchListener } from '../session/watch-registry.ts'

/** How a znode lives and who may do what with it. A time to live belongs to its two modes, and no other takes one. */
export type NodeOptions = {
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
} & (
  | {
      /** Default `persistent`. */
      readonly mode?: PlainMode | undefined
      readonly ttlMs?: undefined
    }
  | {
      readonly mode: TTLMode
      /** How long an unchanged znode without children stays, in milliseconds: 1 to 2^40 - 1. */
      readonly ttlMs: number
    }
)

/** Options of `create` and `create2`. */
export type CreateOptions = CallOptions &
  NodeOptions & {
    /**
     * Whether to create what is missing above it, and the connect string's path (default false; kazoo's `makepath`, Curator's
     * `creatingParentsIfNeeded`): persistent, without data, and with the same `acl`. The deadline is for all of it.
     */
    readonly parents?: boolean | undefined
  }

/** Options of a read that can leave a one-shot watch. */
export interface WatchOptions extends CallOptions {
  /** Called once: at the next change, or when the session is lost. The same function on the same path counts once. */
  readonly watch?: WatchListener | undefined
}

/** Options of a write that can insist on a version. */
export interface VersionOptions extends CallOptions {
  /** The version that the znode must have, else `BadVersionError`. Default: any. */
  readonly version?: number | undefined
}
