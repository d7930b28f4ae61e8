import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { NodeExistsError } from '../errors/server-errors.ts'
import { parentPath } from '../protocol/path.ts'
import type { Acl } from '../protocol/records/acl.ts'
import { persevere } from './persevere.ts'

/** Options of `ensurePath`; the deadline is for all of it. */
export interface EnsurePathOptions extends CallOptions {
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[]
}

/**
 * Makes sure that a persistent znode and all above it exist, the client's chroot too (kazoo: `ensure_path`; Curator:
 * `creatingParentsIfNeeded`). What exists stays as it is, and needs no right to create. Safe to repeat, so it goes on over lost
 * connections and sessions until it is done, or `signal` or `timeoutMs` end it.
 */
export async function ensurePath(
  client: ZooKeeper,
  path: string,
  options: EnsurePathOptions = {},
): Promise<void> {
  const acl = options.acl === undefined ? {} : { acl: options.acl }
  await persevere(options, {}, ({ signal, retry }) =>
    retry(() => ensureOnce(client, path, { ...acl, signal })),
  )
}

async function ensureOnce(
  client: ZooKeeper,
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
