import type { CallOptions } from '../connection/call.ts'
import { MultiError } from '../errors/multi-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { NoNodeError, NotEmptyError } from '../errors/server-errors.ts'
import type { MultiOperation } from './multi.ts'
import type { VersionOptions } from './operation-options.ts'
import { pathChunks } from './path-chunks.ts'
import { persevere } from './persevere.ts'
import { type Reading, walk } from './walk.ts'

/** Deletions in one multi, and so in one transaction. */
const MAX_MULTI_OPS = 1_000
/** Their paths together: half of the server's frame. */
const MAX_MULTI_BYTES = 512 * 1024
/** Somebody who goes on creating below the path wins after so many rounds. */
const MAX_ROUNDS = 10

/** What this takes of a client. */
interface Deleting extends Reading {
  delete(path: string, options: VersionOptions): Promise<void>
  multi(operations: readonly MultiOperation[], options: CallOptions): Promise<readonly unknown[]>
}

/** See `ZooKeeper.deleteRecursive`. */
export async function deleteRecursive(
  client: Deleting,
  path: string,
  options: CallOptions,
): Promise<void> {
  await persevere(options, {}, ({ signal, retry }) =>
    retry(() => deleteInRounds(client, path, { signal })),
  )
}

async function deleteInRounds(client: Deleting, path: string, options: CallOptions): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      await deleteOnce(client, path, options)
      return
    } catch (error) {
      if (!(error instanceof NotEmptyError) || round === MAX_ROUNDS) throw error
    }
  }
}

async function deleteOnce(client: Deleting, path: string, options: CallOptions): Promise<void> {
  const paths: string[] = []
  for await (const one of walk(client, path, options)) paths.push(one)
  paths.reverse()
  const limits = { maxPaths: MAX_MULTI_OPS, maxRequestBytes: MAX_MULTI_BYTES }
  for (const chunk of pathChunks(paths, limits)) await deleteAll(client, chunk, options)
}

async function deleteAll(
  client: Deleting,
  paths: readonly string[],
  options: CallOptions,
): Promise<void> {
  try {
    await client.multi(
      paths.map((path) => ({ type: 'delete', path })),
      options,
    )
  } catch (error) {
    if (isTooLong(error) && paths.length > 1) await deleteHalves(client, paths, options)
    else if (isOvertaken(error)) await deleteEach(client, paths, options)
    // As a single delete would say it: a NoAuthError, and not that the multi failed.
    else throw error instanceof MultiError ? error.error : error
  }
}

/** The client's `maxRequestBytes` is smaller than what servers take. */
async function deleteHalves(
  client: Deleting,
  paths: readonly string[],
  options: CallOptions,
): Promise<void> {
  const middle = Math.ceil(paths.length / 2)
  await deleteAll(client, paths.slice(0, middle), options)
  await deleteAll(client, paths.slice(middle), options)
}

/** Somebody else changed the tree: then each for itself. The server takes them in order, so children go before their parents. */
async function deleteEach(
  client: Deleting,
  paths: readonly string[],
  options: CallOptions,
): Promise<void> {
  const outcomes = await Promise.allSettled(paths.map((path) => client.delete(path, options)))
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !(outcome.reason instanceof NoNodeError)) {
      throw outcome.reason
    }
  }
}

function isTooLong(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === 'ZK_FRAME_TOO_LONG'
}

function isOvertaken(error: unknown): boolean {
  if (!(error instanceof MultiError)) return false
  return error.error instanceof NoNodeError || error.error instanceof NotEmptyError
}
