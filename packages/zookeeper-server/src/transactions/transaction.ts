import type { Acl, ErrorCode } from '@zoogate/zookeeper/protocol'
import type { NewZnode, Stamp } from '../tree/znode.ts'

/** One change of one node. Whether it is allowed has been decided. */
export type Change =
  | ({ readonly type: 'create'; readonly path: string } & NewZnode)
  | { readonly type: 'delete'; readonly path: string }
  | { readonly type: 'setData'; readonly path: string; readonly data: Buffer | null }
  | { readonly type: 'setAcl'; readonly path: string; readonly acl: readonly Acl[] }

/** What a transaction does. */
export type TransactionBody =
  /** One change, or those of a multi: all or none. */
  | { readonly type: 'changes'; readonly changes: readonly Change[] }
  | { readonly type: 'createSession'; readonly sessionId: bigint; readonly timeoutMs: number }
  /** Deletes the session's ephemeral nodes too, under the one zxid. */
  | { readonly type: 'closeSession'; readonly sessionId: bigint }
  /** A write that was refused. It takes a zxid, so it is kept: a client that saw that zxid may come back. */
  | { readonly type: 'refused'; readonly code: ErrorCode }

/** One step of the server's state. Applying all of them in order to a fresh tree gives the tree. */
export interface Transaction extends Stamp {
  readonly body: TransactionBody
}
