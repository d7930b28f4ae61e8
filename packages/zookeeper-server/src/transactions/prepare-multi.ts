import type { ErrorCode } from '@zoogate/zookeeper/protocol'
import type { TreeView } from '../tree/data-tree.ts'
import type { Stamp } from '../tree/znode.ts'
import { prepare, type Requester, type WriteOperation } from './prepare.ts'
import type { Change } from './transaction.ts'
import { TreeWithChanges } from './tree-with-changes.ts'

/** The change of each operation (undefined for a check), or which one failed and why. */
export type PreparedMulti =
  | { readonly changes: readonly (Change | undefined)[] }
  | { readonly failedIndex: number; readonly code: ErrorCode }

/** Decides what a multi does: each operation sees what those before it did, and one that fails undoes all. */
export function prepareMulti(
  operations: readonly WriteOperation[],
  tree: TreeView,
  by: Requester,
  stamp: Stamp,
): PreparedMulti {
  const view = new TreeWithChanges(tree, stamp)
  const changes: (Change | undefined)[] = []
  for (const [index, operation] of operations.entries()) {
    const prepared = prepare(operation, view, by)
    if ('code' in prepared) return { failedIndex: index, code: prepared.code }
    if (prepared.change !== undefined) view.add(prepared.change)
    changes.push(prepared.change)
  }
  return { changes }
}
