import type { SetWatches2Request } from '../protocol/operations/set-watches2.ts'
import type { WatchedPaths } from './watch-registry.ts'

/** Paths of one setWatches request together: far below the server's 1 MiB frame (ClientCnxn.SET_WATCHES_MAX_LENGTH). */
export const SET_WATCHES_MAX_BYTES = 128 * 1024

const fieldOf = {
  data: 'dataWatches',
  exist: 'existWatches',
  children: 'childWatches',
  persistent: 'persistentWatches',
  persistentRecursive: 'persistentRecursiveWatches',
} as const

type Field = (typeof fieldOf)[keyof typeof fieldOf]
type Chunk = { readonly relativeZxid: bigint } & Record<Field, string[]>

/**
 * Splits the watches to arm again into requests of a bounded size, all relative to the same transaction. One request with
 * all of them would be over the server's frame limit for some ten thousand watches, and the server would close
 * the connection each time (ZOOKEEPER-706).
 */
export function setWatchesChunks(
  paths: WatchedPaths,
  relativeZxid: bigint,
  maxBytes: number = SET_WATCHES_MAX_BYTES,
): SetWatches2Request[] {
  const chunks: Chunk[] = []
  let current: Chunk | undefined
  let currentBytes = 0
  for (const kind of Object.keys(fieldOf) as (keyof typeof fieldOf)[]) {
    for (const path of paths[kind]) {
      const bytes = Buffer.byteLength(path)
      if (current === undefined || currentBytes + bytes > maxBytes) {
        current = emptyChunk(relativeZxid)
        currentBytes = 0
        chunks.push(current)
      }
      current[fieldOf[kind]].push(path)
      currentBytes += bytes
    }
  }
  return chunks
}

/** Whether a server before 3.6, which knows setWatches but not setWatches2, can take the request. */
export function isOneShotOnly(request: SetWatches2Request): boolean {
  return request.persistentWatches.length === 0 && request.persistentRecursiveWatches.length === 0
}

function emptyChunk(relativeZxid: bigint): Chunk {
  return {
    relativeZxid,
    dataWatches: [],
    existWatches: [],
    childWatches: [],
    persistentWatches: [],
    persistentRecursiveWatches: [],
  }
}
