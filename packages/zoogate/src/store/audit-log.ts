import type { CreateOperation, ZooKeeper } from '@zoogate/zookeeper'
import {
  AUDIT_FOLDER_ENTRIES_MAX,
  type AuditEntry,
  auditDay,
  encodeAuditEntry,
} from './audit-entry.ts'
import { repeatable } from './retry.ts'
import type { TreePaths } from './tree-paths.ts'
import { ensurePath, mapBounded, readChildren, readZnode } from './znodes.ts'

/** The folders of one day before this is taken for a fault. */
const FOLDERS_OF_A_DAY_MAX = 10_000
const REQUESTS_AT_ONCE = 64

/** Writes an entry, as one operation of the multi that makes the change. */
export interface AuditOperation extends CreateOperation {
  readonly folder: string
  readonly data: Buffer
}

export async function auditOperation(
  client: ZooKeeper,
  paths: TreePaths,
  entry: AuditEntry,
): Promise<AuditOperation> {
  const folder = await openFolder(client, paths, auditDay(entry.at))
  return {
    type: 'create',
    folder,
    path: `${folder}/`,
    data: encodeAuditEntry(entry),
    mode: 'persistentSequential',
  }
}

/** Whether a multi whose answer was lost was carried out: then its entry is there. */
export async function isAudited(
  client: ZooKeeper,
  { folder, data }: AuditOperation,
): Promise<boolean> {
  // The server that we are on now may lag behind the one that did it.
  await repeatable(() => client.sync(folder))
  const names = await readChildren(client, folder)
  const same = await mapBounded(names, REQUESTS_AT_ONCE, async (name) => {
    const znode = await readZnode(client, `${folder}/${name}`)
    return znode?.data?.equals(data) ?? false
  })
  return same.includes(true)
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
