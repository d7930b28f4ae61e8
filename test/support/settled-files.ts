import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/**
 * Paths, from the folder on, of the files in it and in its subfolders, while its owner goes on writing
 * there. Without those that are being written: they end with `.tmp` and are moved to their name at any
 * moment.
 */
export async function settledFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
