import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from './supervisor-error.ts'

/** Workers of another user may enter; nobody else may list or write. */
const MODE = 0o711

export function makeRunFolder(run: string): void {
  mkdirSync(run, { recursive: true, mode: MODE })
}

/** What of a run folder only its owner may enter: sockets that can change the engine. */
const PRIVATE_FOLDER = 'private'

/**
 * Removes the run folder of an engine that was stopped. It is this node's alone, and holds sockets
 * and flags that say nothing without the engine, some of them in a private folder. Any other folder is
 * not of our making, and stays.
 */
export function removeRunFolder(run: string): void {
  try {
    for (const entry of readdirSync(run, { withFileTypes: true })) {
      const isOurs = !entry.isDirectory() || entry.name === PRIVATE_FOLDER
      if (isOurs) rmSync(join(run, entry.name), { force: true, recursive: entry.isDirectory() })
    }
    rmdirSync(run)
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error
  }
}
