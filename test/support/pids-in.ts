import { readdirSync, readlinkSync } from 'node:fs'
import { pidsBelow } from './pids-below.ts'

/**
 * Pids of all that runs in a folder: those of {@link pidsBelow}, and those that were started with
 * it as their working directory, whoever is their parent by now.
 */
export function pidsIn(folder: string): number[] {
  const working = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => worksIn(folder, pid))
    .map(Number)
  return [...new Set([...pidsBelow(folder), ...working])]
}

function worksIn(folder: string, pid: string): boolean {
  try {
    const directory = readlinkSync(`/proc/${pid}/cwd`)
    return directory === folder || directory.startsWith(`${folder}/`)
  } catch {
    return false
  }
}
