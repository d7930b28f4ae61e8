import { NodeExistsError, NoNodeError, type Stat, type ZooKeeper } from '@zoogate/zookeeper'
import { repeatable } from './retry.ts'

export interface Znode {
  readonly data: Buffer | null
  readonly stat: Stat
}

/** The znode, or undefined where there is none. */
export async function readZnode(client: ZooKeeper, path: string): Promise<Znode | undefined> {
  try {
    return await repeatable(() => client.getData(path))
  } catch (error) {
    if (error instanceof NoNodeError) return undefined
    throw error
  }
}

/** The children's names, sorted; none where there is no znode. */
export async function readChildren(client: ZooKeeper, path: string): Promise<readonly string[]> {
  try {
    return (await repeatable(() => client.getChildren(path))).sort()
  } catch (error) {
    if (error instanceof NoNodeError) return []
    throw error
  }
}

/** Creates a znode unless it is there; what is there stays as it is. */
export async function createIfAbsent(
  client: ZooKeeper,
  path: string,
  data: Buffer | string | null = null,
): Promise<void> {
  try {
    await repeatable(() => client.create(path, data))
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
  }
}

/** Creates a znode without data and all that it lies below, where they are absent. Needs no right on what is there. */
export function ensurePath(client: ZooKeeper, path: string): Promise<void> {
  return repeatable(() => client.ensurePath(path))
}

/** Runs at most `limit` at once: a thousand reads do not wait in one queue with everybody else's. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  action: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index] as T
      results[index] = await action(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
