import { parentPath, type Stat } from '@zoogate/zookeeper/protocol'
import type { DataTree } from '../tree/data-tree.ts'
import type { Stamp, Znode } from '../tree/znode.ts'
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
  observer: TreeObserver,
): readonly (Stat | undefined)[] {
  const { body } = transaction
  // Before anybody is told: what is said about a transaction waits until this one is on disk.
  database.lastZxid = transaction.zxid
  if (body.type === 'changes') {
    const { tree } = database
    return body.changes.map((change) => {
      applyObserved(tree, transaction, change, observer)
      const node = tree.get(change.path)
      return node === undefined ? undefined : tree.stat(change.path, node)
    })
  }
  if (body.type === 'closeSession') {
    for (const path of [...database.tree.ephemeralsOf(body.sessionId)]) {
      applyObserved(database.tree, transaction, { type: 'delete', path }, observer)
    }
  }
  replayTransaction(database, transaction)
  return []
}

/** The same with nobody to tell and nobody who asks: for reading the log. */
export function replayTransaction(database: Database, transaction: Transaction): void {
  const { body } = transaction
  const { tree, sessions } = database
  database.lastZxid = transaction.zxid
  switch (body.type) {
    case 'changes':
      for (const change of body.changes) applyChange(tree, transaction, change)
      break
    case 'createSession':
      sessions.set(body.sessionId, body.timeoutMs)
      break
    case 'closeSession':
      for (const path of [...tree.ephemeralsOf(body.sessionId)]) tree.delete(path, transaction)
      sessions.delete(body.sessionId)
      break
    case 'refused':
      break
  }
}

function applyChange(tree: DataTree, stamp: Stamp, change: Change): void {
  switch (change.type) {
    case 'create':
      tree.create(change.path, change, stamp)
      break
    case 'delete':
      tree.delete(change.path, stamp)
      break
    case 'setData':
      tree.setData(change.path, change.data, stamp)
      break
    case 'setAcl':
      tree.setAcl(change.path, change.acl)
      break
  }
}

function applyObserved(tree: DataTree, stamp: Stamp, change: Change, observer: TreeObserver): void {
  const { path, type } = change
  const node = type === 'delete' ? tree.get(path) : undefined
  applyChange(tree, stamp, change)
  const znode = node ?? tree.get(path)
  if (znode === undefined || type === 'setAcl') return
  if (type === 'setData') {
    observer.dataChanged(path, znode)
    return
  }
  if (type === 'create') observer.created(path, znode)
  else observer.deleted(path, znode)
  const parent = tree.get(parentPath(path))
  if (parent !== undefined) observer.childrenChanged(parentPath(path), parent)
}
