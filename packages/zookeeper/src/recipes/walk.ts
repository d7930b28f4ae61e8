import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { joinPath } from '../protocol/path.ts'

/**
 * The paths of a znode and of all below it, parents before their children. Others may change the tree meanwhile: what is deleted
 * before its turn comes is left out.
 */
export async function* walk(
  client: ZooKeeper,
  path: string,
  options: CallOptions = {},
): AsyncGenerator<string, void, undefined> {
  const ahead = [path]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const children = await childrenOf(client, next, options)
    if (children === undefined) continue
    yield next
    for (const name of children) ahead.push(joinPath(next, name))
  }
}

async function childrenOf(
  client: ZooKeeper,
  path: string,
  options: CallOptions,
): Promise<string[] | undefined> {
  try {
    return await client.getChildren(path, options)
  } catch (error) {
    if (error instanceof NoNodeError) return undefined
    throw error
  }
}
