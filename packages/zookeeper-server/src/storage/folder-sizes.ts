import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { logZxid, snapshotZxid } from './file-names.ts'

/** How much the snapshots and the logs of a data folder take, for people who ask by `dirs` and `conf`. */
export function folderSizes(folder: string): { snapshotBytes: number; logBytes: number } {
  let snapshotBytes = 0
  let logBytes = 0
  for (const name of readdirSync(folder)) {
    const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
    if (snapshotZxid(name) !== undefined) snapshotBytes += size
    if (logZxid(name) !== undefined) logBytes += size
  }
  return { snapshotBytes, logBytes }
}
