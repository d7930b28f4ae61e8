import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode, ZooKeeperServerError } from '../zookeeper-server-error.ts'

const LOCK_NAME = 'server.lock'
/** Another server may remove its lock between our looking and our linking; then we look again. */
const ATTEMPTS = 5

/** Who holds the folder. `startedAt` tells a process from a later one with the same number. */
interface Holder {
  readonly pid: number
  /** The start time in clock ticks since boot, with the boot's id; empty where the system does not tell. */
  readonly startedAt: string
}

/** A data folder that no other server writes to while we have it. */
export interface FolderLock {
  release(): Promise<void>
}

/**
 * Takes a data folder for this process. A lock whose holder is gone (kill -9, a power cut) is taken over. Throws
 * `ZK_SERVER_FOLDER_LOCKED` with the holder's process id when it is alive.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK_NAME)
  const own = join(folder, `${LOCK_NAME}.${randomUUID()}`)
  const startedAt = await startOf(process.pid)
  await writeFile(own, JSON.stringify({ pid: process.pid, startedAt: startedAt ?? '' }))
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await tryLink(own, path)) return { release: () => rm(path, { force: true }) }
      await removeIfStale(folder, path)
    }
  } finally {
    await rm(own, { force: true })
  }
  throw locked(folder, 'several servers are starting on it at once')
}

/** A hard link either makes the name with its whole content, or fails because the name is there. */
async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function removeIfStale(folder: string, path: string): Promise<void> {
  const text = await readIfThere(path)
  if (text === undefined) return
  const holder = parseHolder(text)
  if (holder !== undefined && (await isAlive(holder))) {
    throw locked(folder, `process ${holder.pid} holds it`)
  }
  // Renamed before it is removed: of two servers that see the same stale lock, one gets it.
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return
    throw error
  }
  // Was it replaced by a live one in between? Then it goes back.
  if ((await readIfThere(aside)) !== text) await tryLink(aside, path)
  await rm(aside, { force: true })
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it is there, but not ours.
    if (systemErrorCode(error) !== 'EPERM') return false
  }
  const startedAt = await startOf(holder.pid)
  return startedAt === undefined || holder.startedAt === '' || startedAt === holder.startedAt
}

/** Field 22 of /proc/PID/stat behind the boot's id (proc(5)); undefined where there is no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readIfThere(`/proc/${pid}/stat`)
  const boot = await readIfThere('/proc/sys/kernel/random/boot_id')
  if (stat === undefined || boot === undefined) return undefined
  // The program's name, in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return `${boot.trim()} ${fields[19]}`
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if (!('pid' in value) || !('startedAt' in value)) return undefined
    const { pid, startedAt } = value
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined
  } catch {
    return undefined
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined
    throw error
  }
}

function locked(folder: string, why: string): ZooKeeperServerError {
  return new ZooKeeperServerError(
    'ZK_SERVER_FOLDER_LOCKED',
    `the data folder ${folder} is in use: ${why}`,
    { path: folder },
  )
}
