import { readFileSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EnginePaths } from '../../engine.ts'

/** Whom Debian runs web servers as. */
const UNPRIVILEGED = 'www-data'

export interface WorkerUser {
  readonly name: string
  readonly group: string
}

/** What of the host the choice depends on. */
export interface Host {
  readonly uid: number | undefined
  /** The text of `/etc/passwd`; undefined where there is none. */
  passwd(): string | undefined
  /** Undefined: no such folder, yet. */
  stat(path: string): Pick<Stats, 'mode' | 'uid' | 'gid'> | undefined
}

/**
 * Whom nginx's workers run as. Only root can choose: `www-data`, where it can reach the flag file and
 * the folder for request bodies, else root itself. (nginx opens logs and sockets before it lets go
 * of root, and gives its own folder of bodies to the user; only the way there has to be open.)
 * Undefined: nginx is not started by root, and its workers run as itself.
 */
export function workerUser(
  paths: Pick<EnginePaths, 'run' | 'folder'>,
  host: Host = thisHost,
): WorkerUser | undefined {
  if (host.uid !== 0) return undefined
  const account = accountOf(UNPRIVILEGED, host.passwd() ?? '')
  const reaches = account !== undefined && [paths.run, paths.folder].every(canEnter(account, host))
  const name = reaches ? UNPRIVILEGED : 'root'
  return { name, group: name }
}

/** For what only the workers shall read, besides who starts nginx. Undefined: they are the same user. */
export function workersGroup(
  paths: Pick<EnginePaths, 'run' | 'folder'>,
  host: Host = thisHost,
): number | undefined {
  const user = workerUser(paths, host)
  return user === undefined ? undefined : accountOf(user.name, host.passwd() ?? '')?.gid
}

interface Account {
  readonly uid: number
  readonly gid: number
}

function accountOf(name: string, passwd: string): Account | undefined {
  const line = passwd.split('\n').find((each) => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

/** Whether the account may enter a folder and all above it. One that is not there yet: no. */
function canEnter(account: Account, host: Host): (folder: string) => boolean {
  return (folder) => {
    const found = host.stat(folder)
    if (found === undefined) return false
    const mine = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001
    if ((found.mode & mine) === 0) return false
    return dirname(folder) === folder || canEnter(account, host)(dirname(folder))
  }
}

const thisHost: Host = {
  get uid() {
    return process.getuid?.()
  },
  passwd: () => tryRead(() => readFileSync('/etc/passwd', 'utf8')),
  stat: (path) => tryRead(() => statSync(path)),
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
