import type { WatchOptions } from '../../client/operation-options.ts'
import type { ZooKeeper } from '../../client/zookeeper.ts'
import type { CallOptions } from '../../connection/call.ts'
import { NoNodeError } from '../../errors/server-errors.ts'
import { joinPath } from '../../protocol/path.ts'
import { sortContenders } from './contender-name.ts'

/** One who stands in a queue, or has what the queue is for. */
export interface Contender {
  readonly path: string
  /** What it gave as its `data`. */
  readonly data: Buffer | null
  /** What its `fencingToken` is, or will be; but a lock that was downgraded keeps the smaller one that it had. */
  readonly fencingToken: bigint
  /** The session that it lives in. */
  readonly sessionId: bigint
}

/** Those who stand in the queue at `path`, first come first; none when the path does not exist. */
export async function listContenders(
  client: ZooKeeper,
  path: string,
  options: CallOptions,
): Promise<Contender[]> {
  const names = sortContenders((await childrenOrNull(client, path, options)) ?? [])
  const contenders = await Promise.all(
    names.map(({ name }) => readContender(client, joinPath(path, name), options)),
  )
  // Those that went meanwhile are left out.
  return contenders.filter((one) => one !== undefined)
}

/** The children's names; null when the path does not exist, and then no watch is left. */
export async function childrenOrNull(
  client: ZooKeeper,
  path: string,
  options: WatchOptions,
): Promise<string[] | null> {
  try {
    return await client.getChildren(path, options)
  } catch (error) {
    if (error instanceof NoNodeError) return null
    throw error
  }
}

/** What a contender's znode says; undefined when it is gone, and then no watch is left. */
export async function readContender(
  client: ZooKeeper,
  path: string,
  options: WatchOptions,
): Promise<Contender | undefined> {
  const node = await client.getDataOrNull(path, options)
  if (node === null) return undefined
  const { data, stat } = node
  return { path, data, fencingToken: stat.czxid, sessionId: stat.ephemeralOwner }
}
