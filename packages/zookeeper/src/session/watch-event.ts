/** What happened to a znode. */
export type NodeEventType = 'created' | 'deleted' | 'dataChanged' | 'childrenChanged'

/** A change of a znode that a watch saw. */
export interface NodeEvent {
  readonly type: NodeEventType
  readonly path: string
  /** The transaction that made the change; undefined from servers before 3.9, which do not say. */
  readonly zxid: bigint | undefined
}

/** What a one-shot watch is told, once: the change, or that its session is gone and the change will not be told. */
export type WatchEvent = NodeEvent | { readonly type: 'sessionLost'; readonly path: string }

/**
 * What a persistent watch is told. `resync` comes after every time that the watch was armed again (a reconnect, a new
 * session) or its buffer overflowed: changes may have been missed, so whatever is cached must be read again.
 */
export type PersistentWatchEvent = NodeEvent | { readonly type: 'resync' }

/** Whether a persistent watch sees one znode with the coming and going of its children, or all that lies below. */
export type PersistentWatchMode = 'persistent' | 'persistentRecursive'
