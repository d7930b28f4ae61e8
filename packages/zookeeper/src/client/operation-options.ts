import type { CallOptions } from '../connection/call.ts'
import type { CreateMode } from '../protocol/create-flags.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { WatchListener } from '../session/watch-registry.ts'

/** Options of `create` and `create2`. */
export interface CreateOptions extends CallOptions {
  /** Default `persistent`. */
  readonly mode?: CreateMode
  /** For the two modes with a time to live only, in milliseconds. */
  readonly ttlMs?: number
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[]
}

/** Options of a read that can leave a one-shot watch. */
export interface WatchOptions extends CallOptions {
  /** Called once: at the next change, or when the session is lost. The same function on the same path counts once. */
  readonly watch?: WatchListener
}

/** Options of a write that can insist on a version. */
export interface VersionOptions extends CallOptions {
  /** The version that the znode must have, else `BadVersionError`. Default: any. */
  readonly version?: number
}
