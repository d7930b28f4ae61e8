import { chmod, chown, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { EnginePaths } from '../../engine.ts'
import { workersGroup } from '../program/worker-user.ts'
import { copyOfRuntimeFile, RUNTIME_FOLDER } from '../render/files.ts'
import { SESSIONS_ENDING } from '../render/source-sessions.ts'

/** Copies what the current generation's workers read to where they read it, each file at once. */
export async function copyRuntimeFiles(paths: EnginePaths): Promise<void> {
  const folder = join(paths.current, RUNTIME_FOLDER)
  const names = await readdir(folder)
  for (const name of names) {
    if (name.endsWith(SESSIONS_ENDING)) await makeTable(copyOfRuntimeFile(paths, name))
    else await writeRuntimeFile(paths, name, await readFile(join(folder, name), 'utf8'))
  }
  await removeOtherTables(paths, names)
}

/** As the start script does. What the workers wrote in it stays. */
async function makeTable(path: string): Promise<void> {
  await (await open(path, 'a')).close()
  const group = workersGroup()
  if (group !== undefined) await chown(path, 0, group)
  await chmod(path, 0o660)
}

/** They are large, and the run folder may be in memory. */
async function removeOtherTables(paths: EnginePaths, names: readonly string[]): Promise<void> {
  const kept = new Set(names.map((name) => basename(copyOfRuntimeFile(paths, name))))
  for (const file of await readdir(paths.run)) {
    if (!file.endsWith(SESSIONS_ENDING) || kept.has(file)) continue
    await rm(join(paths.run, file), { force: true })
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
