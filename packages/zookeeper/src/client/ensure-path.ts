import type { CallOptions } from '../connection/call.ts'
import { NodeExistsError } from '../errors/server-errors.ts'
import { parentPath } from '../protocol/path.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'
import type { CreateOptions } from './operation-options.ts'
import { persevere } from './persevere.ts'

/** Options of `ensurePath` and `ensureChroot`; the deadline is for all of it. */
export interface EnsurePathOptions extends CallOptions {
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
}

/** What this takes of a client. */
interface Creating {
  readonly chroot: string
  ensureChroot(options: EnsurePathOptions): Promise<void>
  exists(path: string, options: CallOptions): Promise<Stat | undefined>
  create(path: string, data: null, options: CreateOptions): Promise<string>
}

/** See `ZooKeeper.ensurePath`. */
export async function ensurePath(
  client: Creating,
  path: string,
  options: EnsurePathOptions,
): Promise<void> {
  const { acl } = options
  await persevere(options, {}, ({ signal, retry }) =>
    retry(() => ensureOnce(client, path, { acl, signal })),
  )
}

async function ensureOnce(
  client: Creating,
  path: string,
  options: EnsurePathOptions,
): Promise<void> {
  if (path === '/' && client.chroot === '') return
  // Asking first: a create below a parent that we may not write to says NoAuth, even where the znode exists.
  if ((await client.exists(path, { signal: options.signal })) !== undefined) return
  if (path === '/') return client.ensureChroot(options)
  await ensureOnce(client, parentPath(path), options)
  try {
    await client.create(path, null, options)
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
  }
}
