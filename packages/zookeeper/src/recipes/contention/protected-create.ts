import type { DataInput } from '../../client/multi.ts'
import type { ZooKeeper } from '../../client/zookeeper.ts'
import type { Clock } from '../../connection/clock.ts'
import { NoNodeError } from '../../errors/server-errors.ts'
import { ZooKeeperError } from '../../errors/zookeeper-error.ts'
import { joinPath } from '../../protocol/path.ts'
import type { Acl } from '../../protocol/records/acl.ts'
import { isFinal } from '../../session/session-state.ts'
import { ensurePath } from '../ensure-path.ts'
import { protectedName, protection } from './contender-name.ts'
import { Limit } from './limit.ts'
import { repeat } from './repeat.ts'

/** Where a queue is, and what each who stands in it puts there. */
export interface Place {
  readonly client: ZooKeeper
  /** The znode whose children are the queue; made where it does not exist. */
  readonly path: string
  /** The word in the name, with its hyphen: "lock-". */
  readonly prefix: string
  readonly data: DataInput
  /** Of the contender's znode, and of `path` where that is made. */
  readonly acl: readonly Acl[]
  readonly clock: Clock
}

/**
 * Creates an ephemeral sequential znode and resolves with its path; exactly one is left, whatever happens to connections. The
 * name holds a GUID, so that one whose answer was lost is found again (Curator's withProtection). The znode that is found may be one of
 * a session that is over: whoever uses it must look at its owner (CURATOR-498). When the limit ends it, the znode is removed.
 */
export async function protectedCreate(place: Place, guid: string, limit: Limit): Promise<string> {
  const { client, data, acl } = place
  const options = { mode: 'ephemeralSequential', acl, signal: limit.signal } as const
  const path = joinPath(place.path, protectedName(guid, place.prefix))
  for (;;) {
    limit.throwIfOver()
    const outcome = await settled(client.create(path, data, options))
    if ('result' in outcome) return outcome.result
    const { error } = outcome
    if (error instanceof NoNodeError) {
      await ensureParent(place, limit)
    } else if (!error.retryable) {
      if (error.mayHaveHappened) void removeProtected(place, guid)
      throw error
    } else if (error.mayHaveHappened) {
      const found = await findAfterLoss(place, guid, limit)
      if (found !== undefined) return found
    } else {
      await limit.pause(PAUSE_MS)
    }
  }
}

/** Before a create that the server or the client refused for now is made again. */
const PAUSE_MS = 100

type Outcome<Result> = { readonly result: Result } | { readonly error: ZooKeeperError }

async function settled<Result>(promise: Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { result: await promise }
  } catch (error) {
    if (error instanceof ZooKeeperError) return { error }
    throw error
  }
}

function ensureParent({ client, path, acl }: Place, limit: Limit): Promise<void> {
  return repeat(limit, () => ensurePath(client, path, { acl, signal: limit.signal }))
}

async function findAfterLoss(
  place: Place,
  guid: string,
  limit: Limit,
): Promise<string | undefined> {
  try {
    return await findProtected(place, guid, limit)
  } catch (error) {
    // Nobody knows yet whether it is there.
    void removeProtected(place, guid)
    throw error
  }
}

/**
 * The path of the znode that was made with this GUID; undefined when there is none, and none can come any more. The sync is
 * needed: a server that we came to after the loss may be behind the one that took the create.
 */
async function findProtected(
  { client, path }: Place,
  guid: string,
  limit: Limit,
): Promise<string | undefined> {
  const options = { signal: limit.signal }
  return repeat(limit, async () => {
    const listing = Promise.all([client.sync(path, options), client.getChildren(path, options)])
    const outcome = await settled(listing)
    if ('error' in outcome) {
      if (outcome.error instanceof NoNodeError) return undefined
      throw outcome.error
    }
    const [, children] = outcome.result
    const name = children.find((child) => child.startsWith(protection(guid)))
    return name === undefined ? undefined : joinPath(path, name)
  })
}

/** Sees to it that a create that nobody waits for any more leaves nothing behind. */
async function removeProtected(place: Place, guid: string): Promise<void> {
  using limit = new Limit('removing a znode', {}, place.clock)
  try {
    const path = await findProtected(place, guid, limit)
    if (path !== undefined) await removeOwn(place, path)
  } catch {
    // Refused for good: it goes with the session.
  }
}

/**
 * Deletes a znode of this session, over lost connections until the server has said so. A client that has come to its end needs not:
 * the znode goes with its session.
 */
export async function removeOwn({ client, clock }: Place, path: string): Promise<void> {
  using limit = new Limit('removing a znode', {}, clock)
  try {
    await repeat(limit, () => client.delete(path))
  } catch (error) {
    if (!(error instanceof NoNodeError) && !isFinal(client.state)) throw error
  }
}
