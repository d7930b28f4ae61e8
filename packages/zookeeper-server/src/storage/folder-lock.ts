import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode, ZooKeeperServerError } from '../zookeeper-server-error.ts'

const LOCK_NAME = /^server\.lock\.(\d{1,9})$/
/** Another server may take the number that we want between our looking and our linking; then we look again. */
const ATTEMPTS = 5

const lockName = (number: number): string => `server.lock.${number}`

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
 *
 * Locks are numbered, and a stale one is not touched before there is a newer one: a lock that somebody has just taken over
 * can never be removed by mistake. Of two that take different numbers at once, the later one sees the other, and yields.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const own = join(folder, `server.lock.${randomUUID()}.claim`)
  const startedAt = await startOf(process.pid)
  await writeFile(own, JSON.stringify({ pid: process.pid, startedAt: startedAt ?? '' }))
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stale = await staleLocks(folder)
      const number = Math.max(0, ...stale) + 1
      const path = join(folder, lockName(number))
      if (!(await tryLink(own, path))) continue
      const release = () => rm(path, { force: true })
      try {
        await staleLocks(folder, number)
      } catch (error) {
        await release()
        throw error
      }
      for (const old of stale) await rm(join(folder, lockName(old)), { force: true })
      return { release }
    }
  } finally {
    await rm(own, { force: true })
  }
  throw locked(folder, 'several servers are starting on it at once')
}

/** The numbers of locks whose holders are gone, `own` aside. Throws when a holder is alive. */
async function staleLocks(folder: string, own?: number): Promise<number[]> {
  const numbers: number[] = []
  for (const name of await readdir(folder)) {
    const number = Number(LOCK_NAME.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(number) || number === own) continue
    const text = await readIfThere(join(folder, name))
    if (text === undefined) continue
    const holder = parseHolder(text)
    if (holder !== undefined && (await isAlive(holder))) {
      throw locked(folder, `process ${holder.pid} holds it`)
    }
    numbers.push(number)
  }
  return numbers
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
