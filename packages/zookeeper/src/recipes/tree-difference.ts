import type { TreeNode } from './tree-reader.ts'

/** One difference between what a cache held and what it holds now. */
export type TreeChange =
  | { readonly type: 'added'; readonly path: string; readonly node: TreeNode }
  | {
      readonly type: 'changed'
      readonly path: string
      readonly node: TreeNode
      /** What the cache held before; states between the two may have been skipped. (Curator: `oldData`) */
      readonly before: TreeNode
    }
  /** `node` is what was there last. */
  | { readonly type: 'removed'; readonly path: string; readonly node: TreeNode }

/**
 * Puts one znode's new reading into the cache, and says what that changed. The data is the same when `mzxid` and `mtime` are: a znode that
 * was deleted and created again has others, and one of a tree that was replaced (which may count its transactions from 1 again)
 * another `mtime`. Only the Stat is renewed then, and nothing is said.
 */
export function applyReading(
  nodes: Map<string, TreeNode>,
  path: string,
  node: TreeNode | undefined,
): TreeChange | undefined {
  const before = nodes.get(path)
  if (node === undefined) {
    if (before === undefined) return undefined
    nodes.delete(path)
    return { type: 'removed', path, node: before }
  }
  nodes.set(path, node)
  if (before === undefined) return { type: 'added', path, node }
  const isSame = before.stat.mzxid === node.stat.mzxid && before.stat.mtime === node.stat.mtime
  return isSame ? undefined : { type: 'changed', path, node, before }
}

/** Makes the cache hold exactly `tree`, and says what that changed: what went first, deepest first. */
export function applyTree(
  nodes: Map<string, TreeNode>,
  tree: ReadonlyMap<string, TreeNode>,
): TreeChange[] {
  const changes: TreeChange[] = []
  for (const path of [...nodes.keys()].reverse()) {
    const change = tree.has(path) ? undefined : applyReading(nodes, path, undefined)
    if (change !== undefined) changes.push(change)
  }
  for (const [path, node] of tree) {
    const change = applyReading(nodes, path, node)
    if (change !== undefined) changes.push(change)
  }
  return changes
}
