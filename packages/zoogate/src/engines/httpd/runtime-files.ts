import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnginePaths } from '../engine.ts'
import { copyOfRuntimeFile, RUNTIME_FOLDER } from './files.ts'

/** Copies what the current generation's workers read to where they read it, each file at once. */
export async function copyRuntimeFiles(paths: EnginePaths): Promise<void> {
  const folder = join(paths.current, RUNTIME_FOLDER)
  for (const name of await readdir(folder)) {
    await writeRuntimeFile(paths, name, await readFile(join(folder, name), 'utf8'))
  }
}

/** A file whose text is the same is left alone: httpd forgets what it knows of one that was touched. */
export async function writeRuntimeFile(
  paths: EnginePaths,
  name: string,
  text: string,
): Promise<void> {
  const path = copyOfRuntimeFile(paths, name)
  const former = await readFile(path, 'utf8').catch(() => undefined)
  if (former === text) return
  await writeFile(`${path}.new`, text, { mode: 0o644 })
  await rename(`${path}.new`, path)
}
