import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type EnginePaths, PRIVATE_FOLDER } from '../engines/engine.ts'
import { AgentError } from './agent-error.ts'

/** Enough of a hash that no two nodes of one host meet, and a socket's path stays short. */
const HASH_CHARACTERS = 12

/** Where a node's files lie unless its folder is named. */
export function defaultNodeFolder(gateway: string, stateFolder: string | undefined): string {
  const base = stateFolder ?? (process.getuid?.() === 0 ? '/var/lib/zoogate' : resolve('.zoogate'))
  return join(base, gateway)
}

/**
 * Makes a node's folders.
 * @param folder absolute
 * @throws AgentError `AGENT_FOLDER_UNSAFE` where the sockets' folder belongs to somebody else
 */
export async function openNodePaths(folder: string): Promise<EnginePaths> {
  const logs = join(folder, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o755 })
  const base = runtimeBase()
  await ownFolder(base)
  const run = join(
    base,
    createHash('sha256').update(folder).digest('hex').slice(0, HASH_CHARACTERS),
  )
  await ownFolder(run)
  // For sockets that take changes: nginx lets everybody write to one who reaches it.
  await ownFolder(join(run, PRIVATE_FOLDER), 0o700)
  return { folder, current: join(folder, 'current'), logs, run }
}

/** A unix socket's path has at most 107 bytes, so they do not lie in the node's own folder. */
function runtimeBase(): string {
  const uid = process.getuid?.() ?? 0
  if (uid === 0) return '/run/zoogate'
  const own = process.env['XDG_RUNTIME_DIR']
  return own === undefined || own === '' ? join(tmpdir(), `zoogate-${uid}`) : join(own, 'zoogate')
}

/**
 * Workers of another user may enter, unless the mode says otherwise; nobody else may list or write. In a folder that everybody can
 * write to, somebody may have been there first: a link, or a folder of another user, is refused.
 */
async function ownFolder(path: string, mode = 0o711): Promise<void> {
  await mkdir(path, { recursive: true, mode })
  const stat = await lstat(path)
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new AgentError(
      'AGENT_FOLDER_UNSAFE',
      `${path} is not a folder of this user's own: remove it, or set XDG_RUNTIME_DIR`,
    )
  }
  if ((stat.mode & 0o777) !== mode) await chmod(path, mode)
}
