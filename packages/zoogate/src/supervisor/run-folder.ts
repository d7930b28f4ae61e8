import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from './supervisor-error.ts'

/** Workers of another user may enter; nobody else may list or write. */
const MODE = 0o711

export function makeRunFolder(run: string): void {
  mkdirSync(run, { recursive: true, mode: MODE })
}

/**
 * Removes the run folder of an engine that was stopped. It is this node's alone, and holds sockets
 * and flags that say nothing without the engine. What is no plain entry is not of our making, and
 * stays with the folder.
 */
export function removeRunFolder(run: string): void {
  try {
    for (const entry of readdirSync(run, { withFileTypes: true })) {
      if (!entry.isDirectory()) rmSync(join(run, entry.name), { force: true })
    }
    rmdirSync(run)
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error
  }
}
