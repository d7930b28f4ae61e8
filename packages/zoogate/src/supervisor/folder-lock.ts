import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isRunning, type ProcessIdentity, processIdentity } from './process-identity.ts'
import { SupervisorError, systemCode } from './supervisor-error.ts'

const ATTEMPTS_MAX = 20

export interface FolderLock {
  release(): void
}

/**
 * Takes `<path>` for this process. The file names its holder by pid and start time, so that the lock
 * of a process that was killed does not hold, whoever has its pid now.
 * @throws SupervisorError `SUPERVISOR_LOCKED` when a living process holds it
 */
export function lockFolder(path: string): FolderLock {
  const self = processIdentity(process.pid)
  if (self === undefined) throw new Error('this process is not to be found in /proc')
  const mine = `${path}.${process.pid}`
  const text = JSON.stringify(self)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    // A link appears whole or not at all: nobody reads half a lock.
    writeFileSync(mine, text, { mode: 0o600 })
    try {
      linkSync(mine, path)
      return { release: () => release(path, text) }
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    } finally {
      rmSync(mine, { force: true })
    }
    const holder = readHolder(path)
    if (holder !== undefined && isRunning(holder)) {
      throw new SupervisorError('SUPERVISOR_LOCKED', `process ${holder.pid} holds ${path}`)
    }
    removeStale(path)
  }
  throw new SupervisorError('SUPERVISOR_LOCKED', `${path} is fought for`)
}

/**
 * Moves a dead process's lock out of the way. If somebody else was faster and the file moved is his
 * new one, it is put back.
 */
function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  const holder = readHolder(aside)
  try {
    if (holder !== undefined && isRunning(holder)) linkSync(aside, path)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function release(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') === text) rmSync(path, { force: true })
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
  }
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    if (!('pid' in value) || !('startTicks' in value)) return undefined
    const { pid, startTicks } = value
    if (typeof pid !== 'number' || typeof startTicks !== 'string') return undefined
    return { pid, startTicks }
  } catch {
    return undefined
  }
}
