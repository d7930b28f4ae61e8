import type { CallOptions } from '../connection/call.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { parentPath } from '../protocol/path.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { EnsurePathOptions } from './ensure-path.ts'
import { persevere } from './persevere.ts'

/** What this takes of a client. */
interface Ensuring {
  ensurePath(path: string, options: EnsurePathOptions): Promise<void>
}

/** What is to be created. */
interface Creation<Result> {
  readonly path: string
  readonly acl: readonly Acl[] | undefined
  /** Creates it, where what is above it is there. */
  create(limits: CallOptions): Promise<Result>
}

/**
 * Creates, and only where something above it is missing creates that and tries again: one round trip where all is there. An attempt that
 * met no parent has not happened, so nothing is done twice.
 */
export function createWithParents<Result>(
  client: Ensuring,
  { path, acl, create }: Creation<Result>,
  options: CallOptions,
): Promise<Result> {
  const { timeoutMs } = options
  return persevere(options, {}, async ({ signal }) => {
    for (;;) {
      try {
        return await create({ signal, timeoutMs })
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error
      }
      await client.ensurePath(parentPath(path), { acl, signal })
    }
  })
}
