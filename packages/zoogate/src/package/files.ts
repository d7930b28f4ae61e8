import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Below the nearest package.json: sources, what is built of them and bundles lie differently deep. */
const FOLDER = packageFolder(fileURLToPath(import.meta.url))

/** The path of a file that comes with this package. */
export function packageFile(path: string): string {
  return join(FOLDER, path)
}

/** The programs that `scripts/bundle.mjs` makes. */
export type ProgramName = 'zoogate' | 'supervisor' | 'builtin-worker' | 'demo-instance'

/** The path of a built program. Tests on the sources start what users start. */
export function programFile(name: ProgramName): string {
  return packageFile(`programs/${name}.js`)
}

function packageFolder(path: string): string {
  const folder = dirname(path)
  if (folder === path) throw new Error(`no package.json above ${import.meta.url}`)
  return existsSync(join(folder, 'package.json')) ? folder : packageFolder(folder)
}
