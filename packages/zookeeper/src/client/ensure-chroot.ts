import { NodeExistsError } from '../errors/server-errors.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { existsOperation } from '../protocol/operations/exists.ts'
import type { ReadRequest } from '../protocol/operations/read-request.ts'
import type { StatResponse } from '../protocol/operations/stat-response.ts'
import { parentPath } from '../protocol/path.ts'
import type { Caller } from './caller.ts'
import { Chroot } from './chroot.ts'
import { performCreate } from './create.ts'
import type { EnsurePathOptions } from './ensure-path.ts'

/** Its paths are the server's. */
const NO_CHROOT = new Chroot('')

/** See `ZooKeeper.ensureChroot`. Asks first: what exists may lie below what we must not write to. */
export async function ensureChroot(
  caller: Caller,
  path: string,
  options: EnsurePathOptions,
): Promise<void> {
  if (path === '' || path === '/' || (await isThere(caller, path, options))) return
  await ensureChroot(caller, parentPath(path), options)
  try {
    const { acl } = options
    await performCreate(caller, NO_CHROOT, { type: 'create', path, acl }, options)
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
  }
}

function isThere(caller: Caller, path: string, options: EnsurePathOptions): Promise<boolean> {
  return caller.call<ReadRequest, StatResponse, boolean>(
    existsOperation,
    { path, watch: false },
    { path, mutates: false },
    {
      convert: () => true,
      recover: (err) => (err === ErrorCode.noNode ? { result: false } : undefined),
    },
    options,
  )
}
