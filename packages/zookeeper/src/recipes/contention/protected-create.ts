import type { DataInput } from '../../client/multi.ts'
import { type Perseverance, persevere } from '../../client/persevere.ts'
import type { ZooKeeper } from '../../client/zookeeper.ts'
import type { Clock } from '../../connection/clock.ts'
import { AbortError } from '../../errors/client-errors.ts'
import { MultiError } from '../../errors/multi-error.ts'
import { NoNodeError } from '../../errors/server-errors.ts'
import { ZooKeeperError } from '../../errors/zookeeper-error.ts'
import { joinPath } from '../../protocol/path.ts'
import type { Acl } from '../../protocol/records/acl.ts'
import { isFinal } from '../../session/session-state.ts'
import { protectedName, protection, sequenceText } from './contender-name.ts'
import { childrenOrNull } from './contenders.ts'

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
 * a session that is over: whoever uses it must look at its owner (CURATOR-498). When the signal ends it, the znode is removed.
 */
export async function protectedCreate(
  place: Place,
  guid: string,
  perseverance: Perseverance,
): Promise<string> {
  const { client, data, acl } = place
  const { signal } = perseverance
  const path = joinPath(place.path, protectedName(guid, place.prefix))
  for (let failures = 0; ; failures++) {
    try {
      return await client.create(path, data, { mode: 'ephemeralSequential', acl, signal })
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error
      if (error instanceof NoNodeError) {
        await perseverance.retry(() => client.ensurePath(place.path, { acl, signal }))
      } else if (error.mayHaveHappened) {
        const found = await afterLoss(place, guid, perseverance)
        if (found !== undefined) return found
        if (!error.retryable) throw error
        await perseverance.pause(failures)
      } else if (error.retryable) {
        await perseverance.pause(failures)
      } else throw error
    }
  }
}

/**
 * Creates an ephemeral znode with the number of one of ours, which is deleted in the same transaction, and resolves with its path. When it
 * fails nothing of the new one is left; the old one may be gone.
 */
export async function protectedReplace(
  place: Place,
  oldName: string,
  guid: string,
  { signal }: Perseverance,
): Promise<string> {
  const { client, data, acl } = place
  const name = protectedName(guid, place.prefix) + sequenceText(oldName)
  const path = joinPath(place.path, name)
  try {
    const operations = [
      { type: 'delete', path: joinPath(place.path, oldName) },
      { type: 'create', path, data, acl, mode: 'ephemeral' },
    ] as const
    await client.multi(operations, { signal })
    return path
  } catch (error) {
    if (error instanceof ZooKeeperError && error.mayHaveHappened) void removeProtected(place, guid)
    throw error instanceof MultiError ? error.error : error
  }
}

/** What became of a create that was sent and not answered. When that cannot be told any more, it is undone. */
async function afterLoss(
  place: Place,
  guid: string,
  perseverance: Perseverance,
): Promise<string | undefined> {
  try {
    return await findProtected(place, guid, perseverance)
  } catch (error) {
    void removeProtected(place, guid)
    if (!(error instanceof AbortError)) throw error
    throw new AbortError(error.message, { path: place.path, cause: error.cause })
  }
}

/**
 * The path of the znode that was made with this GUID; undefined when there is none, and none can come any more. The sync is
 * needed: a server that we came to after the loss may be behind the one that took the create.
 */
async function findProtected(
  { client, path }: Place,
  guid: string,
  { signal, retry }: Perseverance,
): Promise<string | undefined> {
  const [, children] = await retry(() =>
    Promise.all([client.sync(path, { signal }), childrenOrNull(client, path, { signal })]),
  )
  const name = children?.find((child) => child.startsWith(protection(guid)))
  return name === undefined ? undefined : joinPath(path, name)
}

/** Sees to it that a create that nobody waits for any more leaves nothing behind. */
async function removeProtected(place: Place, guid: string): Promise<void> {
  try {
    const path = await persevere({}, place, (perseverance) =>
      findProtected(place, guid, perseverance),
    )
    if (path !== undefined) await removeOwn(place, path)
  } catch {
    // Refused for good, or the client is closed: it goes with the session.
  }
}

/**
 * Deletes a znode of this client, over lost connections until the server has said so. A client that has come to its end needs not:
 * the znode goes with its session.
 */
export async function removeOwn(place: Place, path: string): Promise<void> {
  const { client } = place
  try {
    await persevere({}, place, ({ retry }) => retry(() => client.delete(path)))
  } catch (error) {
    if (!(error instanceof NoNodeError) && !isFinal(client.state)) throw error
  }
}
