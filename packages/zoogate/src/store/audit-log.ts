import type { MultiOperation, ZooKeeper } from '@zoogate/zookeeper'
import {
  AUDIT_FOLDER_ENTRIES_MAX,
  type AuditEntry,
  auditDay,
  encodeAuditEntry,
} from './audit-entry.ts'
import { repeatable } from './retry.ts'
import type { TreePaths } from './tree-paths.ts'
import { ensurePath } from './znodes.ts'

/** The folders of one day before this is taken for a fault. */
const FOLDERS_OF_A_DAY_MAX = 10_000

/** The operation that writes an entry, to go into the multi of what it tells of. */
export async function auditOperation(
  client: ZooKeeper,
  paths: TreePaths,
  entry: AuditEntry,
): Promise<MultiOperation> {
  const folder = await openFolder(client, paths, auditDay(entry.at))
  return {
    type: 'create',
    path: `${folder}/`,
    data: encodeAuditEntry(entry),
    mode: 'persistentSequential',
  }
}

/** The day's newest folder, or the next one where that is full. */
async function openFolder(client: ZooKeeper, paths: TreePaths, day: string): Promise<string> {
  for (let part = 0; part < FOLDERS_OF_A_DAY_MAX; part++) {
    const folder = paths.auditFolder(day, part)
    const stat = await repeatable(() => client.exists(folder))
    if (stat === undefined) {
      await ensurePath(client, folder)
      return folder
    }
    if (stat.numChildren < AUDIT_FOLDER_ENTRIES_MAX) return folder
  }
  return paths.auditFolder(day, FOLDERS_OF_A_DAY_MAX)
}
