import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { ConnectionLossError } from '../errors/client-errors.ts'
import { NodeExistsError } from '../errors/server-errors.ts'
import { parentPath } from '../protocol/path.ts'
import type { Acl } from '../protocol/records/acl.ts'

/** After so many lost connections the loss is the caller's to handle. */
const MAX_ATTEMPTS = 5

/** Options of `ensurePath`. */
export interface EnsurePathOptions extends CallOptions {
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[]
}

/**
 * Makes sure that a persistent znode and all above it exist. What exists stays as it is, and needs no right to create. Safe to
 * repeat, so a lost connection is.
 */
export async function ensurePath(
  client: ZooKeeper,
  path: string,
  options: EnsurePathOptions = {},
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ensureOnce(client, path, options)
      return
    } catch (error) {
      if (!(error instanceof ConnectionLossError) || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

async function ensureOnce(
  client: ZooKeeper,
  path: string,
  options: EnsurePathOptions,
): Promise<void> {
  // Asking first: a create below a parent that we may not write to says NoAuth, even where the znode exists.
  if (path === '/' || (await client.exists(path, limitsOf(options))) !== undefined) return
  await ensureOnce(client, parentPath(path), options)
  try {
    await client.create(path, null, options)
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
  }
}

function limitsOf({ signal, timeoutMs }: CallOptions): CallOptions {
  return { signal, timeoutMs }
}
