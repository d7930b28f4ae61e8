import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** For chown(2): the owner stays. */
export const UNCHANGED = -1

export interface AtomicWriteOptions {
  /** Default 0o640. The process's umask does not count. */
  readonly mode?: number
  /** A group id. Default: this user's own group. */
  readonly group?: number
}

/**
 * Replaces a file so that a reader, and a machine that loses power, see the former or the new text,
 * never a part: a temporary file beside it is written, synced and renamed over it, and the folder is
 * synced.
 */
export async function writeFileAtomically(
  path: string,
  text: string,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = `${path}.tmp`
  await writeFileSynced(temporary, text, options)
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

/** Writes a file and waits until it is on the disk. */
export async function writeFileSynced(
  path: string,
  text: string,
  { mode = 0o640, group }: AtomicWriteOptions = {},
): Promise<void> {
  // A leftover may have wider rights, and somebody may have it open.
  await rm(path, { force: true })
  const file = await open(path, 'wx', mode & 0o600)
  try {
    if (group !== undefined) await file.chown(UNCHANGED, group)
    await file.chmod(mode)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Until this, a rename or a new file in the folder may be lost with the power. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The code of a system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
