import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { MultiError } from '../errors/multi-error.ts'
import { NoNodeError, NotEmptyError } from '../errors/server-errors.ts'
import { pathChunks } from './path-chunks.ts'
import { walk } from './walk.ts'

/** Deletions in one multi, and so in one transaction. */
const MAX_MULTI_OPS = 1_000
/** Their paths together: half of the server's frame. */
const MAX_MULTI_BYTES = 512 * 1024
/** Somebody who goes on creating below the path wins after so many rounds. */
const MAX_ROUNDS = 10

/**
 * Deletes a znode and all below it. A tree of up to 1,000 znodes (paths of 512 KiB) goes in
 * one transaction unless others change it meanwhile. A
 * path that does not exist is no error. Rejects with a `NotEmptyError` when others create below it all the time.
 */
export async function deleteRecursive(
  client: ZooKeeper,
  path: string,
  options: CallOptions = {},
): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      await deleteOnce(client, path, options)
      return
    } catch (error) {
      if (!(error instanceof NotEmptyError) || round === MAX_ROUNDS) throw error
    }
  }
}

async function deleteOnce(client: ZooKeeper, path: string, options: CallOptions): Promise<void> {
  const paths: string[] = []
  for await (const one of walk(client, path, options)) paths.push(one)
  paths.reverse()
  const limits = { maxPaths: MAX_MULTI_OPS, maxRequestBytes: MAX_MULTI_BYTES }
  for (const chunk of pathChunks(paths, limits)) await deleteAll(client, chunk, options)
}

async function deleteAll(
  client: ZooKeeper,
  paths: readonly string[],
  options: CallOptions,
): Promise<void> {
  try {
    await client.multi(
      paths.map((path) => ({ type: 'delete', path })),
      options,
    )
  } catch (error) {
    if (!(error instanceof MultiError)) throw error
    // Somebody else changed the tree: then each for itself.
    for (const path of paths) await deleteOne(client, path, options)
  }
}

async function deleteOne(client: ZooKeeper, path: string, options: CallOptions): Promise<void> {
  try {
    await client.delete(path, options)
  } catch (error) {
    if (!(error instanceof NoNodeError)) throw error
  }
}
