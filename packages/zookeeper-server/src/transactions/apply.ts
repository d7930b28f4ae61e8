import { parentPath, type Stat } from '@zoogate/zookeeper/protocol'
import type { NewZnode } from '../tree/data-tree.ts'
import type { Znode } from '../tree/znode.ts'
import type { Database } from './database.ts'
import type { Change, Transaction } from './transaction.ts'

/** Is told of what happened to nodes, in the order in which watchers must learn of it. */
export interface TreeObserver {
  created(path: string, znode: Znode): void
  /** `znode` is what it was. Comes once for each node; `childrenChanged` of its parent follows. */
  deleted(path: string, znode: Znode): void
  dataChanged(path: string, znode: Znode): void
  childrenChanged(path: string, znode: Znode): void
}

/**
 * Applies a transaction to the database (DataTree.processTxn). Returns the Stat after each change of a node; undefined
 * where the node is gone. Deterministic: nothing but the database and the transaction counts.
 */
export function applyTransaction(
  database: Database,
  transaction: Transaction,
  observer?: TreeObserver,
): readonly (Stat | undefined)[] {
  const { body } = transaction
  database.lastZxid = transaction.zxid
  switch (body.type) {
    case 'changes':
      return body.changes.map((change) => applyChange(database, transaction, change, observer))
    case 'createSession':
      database.sessions.set(body.sessionId, body.timeoutMs)
      return []
    case 'closeSession':
      for (const path of [...database.tree.ephemeralsOf(body.sessionId)]) {
        applyChange(database, transaction, { type: 'delete', path }, observer)
      }
      database.sessions.delete(body.sessionId)
      return []
    case 'refused':
      return []
  }
}

function applyChange(
  { tree }: Database,
  stamp: Transaction,
  change: Change,
  observer: TreeObserver | undefined,
): Stat | undefined {
  const { path } = change
  const before = tree.get(path)
  switch (change.type) {
    case 'create':
      tree.create(path, contentOf(change), stamp)
      break
    case 'delete':
      tree.delete(path, stamp)
      break
    case 'setData':
      tree.setData(path, change.data, stamp)
      break
    case 'setAcl':
      tree.setAcl(path, change.acl)
      break
  }
  const after = tree.get(path)
  if (observer !== undefined) {
    if (change.type === 'delete' && before !== undefined) observer.deleted(path, before)
    if (change.type === 'create' && after !== undefined) observer.created(path, after)
    if (change.type === 'setData' && after !== undefined) observer.dataChanged(path, after)
    if (change.type === 'create' || change.type === 'delete') {
      const parent = parentPath(path)
      const znode = tree.get(parent)
      if (znode !== undefined) observer.childrenChanged(parent, znode)
    }
  }
  return after === undefined ? undefined : tree.stat(path, after)
}

function contentOf({ data, acl, lifetime }: NewZnode): NewZnode {
  return { data, acl, lifetime }
}
