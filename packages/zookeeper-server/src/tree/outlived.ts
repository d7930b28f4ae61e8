import type { DataTree } from './data-tree.ts'

/** Apache's limit for one check (znode.container.maxPerMinute). */
const PER_CHECK_MAX = 10_000

/**
 * The nodes whose time is over: containers that had a child and have none, TTL nodes without a child whose data
 * was not set for their time to live (ContainerManager.getCandidates).
 */
export function outlived(tree: DataTree, nowMs: number): readonly string[] {
  const paths: string[] = []
  for (const path of tree.expiring) {
    const node = tree.get(path)
    if (node === undefined || tree.childCount(path) > 0) continue
    const over =
      node.lifetime.kind === 'ttl' ? nowMs - node.mtimeMs > node.lifetime.ttlMs : node.creates > 0
    if (over) paths.push(path)
    if (paths.length === PER_CHECK_MAX) break
  }
  return paths
}
