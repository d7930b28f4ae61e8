import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoOf } from '../disk/atomic-file.ts'

/** A path with its symbolic links followed, as far as it is there: what is not there yet is no link. */
export async function realPathSoFar(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const absent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR'
    if (!absent || dirname(path) === path) throw error
    return join(await realPathSoFar(dirname(path)), basename(path))
  }
}
