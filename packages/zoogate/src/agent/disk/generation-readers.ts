import { chmod, chown, mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { PRIVATE_FOLDER, PRIVATE_MARK, WORKERS_FOLDER } from '../../engines/engine.ts'
import { UNCHANGED } from './atomic-file.ts'

/** Who may read a file of a generation. */
export interface Readers {
  /** Of the file; a folder has the right to enter wherever there is one to read. */
  readonly mode: number
  /** A group id; undefined: this user's own group. */
  readonly group?: number
}

const OWNER_ONLY: Readers = { mode: 0o600 }
const EVERYBODY: Readers = { mode: 0o644 }

/**
 * Who may read what an engine rendered, by the folder that it put it in. Pure.
 * @param workersGroup where the engine's workers are not this user
 */
export function readersOf(name: string, workersGroup: number | undefined): Readers {
  const [folder] = name.split('/')
  if (folder === PRIVATE_FOLDER || basename(name).includes(PRIVATE_MARK)) return OWNER_ONLY
  if (folder !== WORKERS_FOLDER) return EVERYBODY
  return workersGroup === undefined ? OWNER_ONLY : { mode: 0o640, group: workersGroup }
}

/** Makes a folder, and those above it, for whoever may read its files; one that is there stays as it is. */
export async function makeFolder(path: string, { mode, group }: Readers): Promise<void> {
  const enter = mode | ((mode & 0o444) >> 2)
  const highest = await mkdir(path, { recursive: true, mode: enter })
  if (highest === undefined) return
  for (let made = path; made.length >= highest.length; made = dirname(made)) {
    // What the process's umask took away is given back.
    await chmod(made, enter)
    if (group !== undefined) await chown(made, UNCHANGED, group)
  }
}
