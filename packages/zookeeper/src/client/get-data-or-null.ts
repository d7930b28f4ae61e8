import { NoNodeError } from '../errors/server-errors.ts'
import type { Stat } from '../protocol/records/stat.ts'
import type { WatchOptions } from './operation-options.ts'

/** What this takes of a client: a `ZooKeeper`, or what its `withSerializer` gives. */
interface Reading<Value> {
  getData(path: string, options: WatchOptions): Promise<{ data: Value; stat: Stat }>
}

/** See `ZooKeeper.getDataOrNull`. */
export async function getDataOrNull<Value>(
  client: Reading<Value>,
  path: string,
  options: WatchOptions,
): Promise<{ data: Value; stat: Stat } | null> {
  try {
    return await client.getData(path, options)
  } catch (error) {
    if (error instanceof NoNodeError) return null
    throw error
  }
}
