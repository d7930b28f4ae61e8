import type { ZooKeeper } from '../../client/zookeeper.ts'
import type { CallOptions } from '../../connection/call.ts'
import { NoNodeError } from '../../errors/server-errors.ts'
import { joinPath } from '../../protocol/path.ts'
import { getDataOrNull } from '../get-data-or-null.ts'
import { type ContenderName, sortContenders } from './contender-name.ts'

/** One who stands in a queue, or has what the queue is for. */
export interface Contender {
  readonly path: string
  /** What it gave as its `data`. */
  readonly data: Buffer | null
  /** What its `fencingToken` is, or will be. */
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
  const names = sortContenders(await childrenOrNone(client, path, options))
  const contenders = await Promise.all(
    names.map((name) => readContender(client, path, name, options)),
  )
  // Those that went meanwhile are left out.
  return contenders.filter((one) => one !== undefined)
}

async function childrenOrNone(
  client: ZooKeeper,
  path: string,
  options: CallOptions,
): Promise<string[]> {
  try {
    return await client.getChildren(path, options)
  } catch (error) {
    if (error instanceof NoNodeError) return []
    throw error
  }
}

async function readContender(
  client: ZooKeeper,
  parent: string,
  { name }: ContenderName,
  options: CallOptions,
): Promise<Contender | undefined> {
  const path = joinPath(parent, name)
  const node = await getDataOrNull(client, path, options)
  if (node === null) return undefined
  const { data, stat } = node
  return { path, data, fencingToken: stat.czxid, sessionId: stat.ephemeralOwner }
}
