import type { WatchOptions } from '../client/operation-options.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import type { Stat } from '../protocol/records/stat.ts'

/** `getData`, with null for a znode that does not exist; no watch is left on that one. */
export async function getDataOrNull(
  client: ZooKeeper,
  path: string,
  options: WatchOptions = {},
): Promise<{ data: Buffer | null; stat: Stat } | null> {
  try {
    return await client.getData(path, options)
  } catch (error) {
    if (error instanceof NoNodeError) return null
    throw error
  }
}
