import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { View } from '../../../model/view/view.ts'
import { NEEDS_FILE } from './files.ts'

/** What a configuration needs of its host that nginx's own checker does not look at. */
interface HostNeeds {
  /** Roots of files: a missing one would be 404 for all that was served. */
  readonly folders: readonly string[]
}

/** The file of a view's needs; none where it has none. */
export function needsFile({ routes }: View): ReadonlyMap<string, string> {
  const roots = routes.flatMap(({ answer }) => (answer?.type === 'static' ? [answer.root] : []))
  const needs: HostNeeds = { folders: [...new Set(roots)].sort() }
  return new Map(roots.length === 0 ? [] : [[NEEDS_FILE, `${JSON.stringify(needs)}\n`]])
}

/** What of a generation's needs this host does not have, in words. */
export async function unmetNeeds(generationFolder: string): Promise<readonly string[]> {
  const text = await readFile(join(generationFolder, NEEDS_FILE), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  const { folders } = JSON.parse(text) as HostNeeds
  const problems = await Promise.all(folders.map(folderProblem))
  return problems.filter((problem) => problem !== undefined)
}

async function folderProblem(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined)
  return found?.isDirectory() ? undefined : `the folder ${folder} of static files is not there`
}
