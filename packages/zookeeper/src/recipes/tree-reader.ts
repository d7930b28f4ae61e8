import type { MultiReadResult } from '../client/multi.ts'
import { pathChunks } from '../client/path-chunks.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import { CacheOverflowError } from '../errors/client-errors.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { NoAuthError, NoNodeError } from '../errors/server-errors.ts'
import { joinPath } from '../protocol/path.ts'
import { STAT_BYTES, type Stat } from '../protocol/records/stat.ts'
import { compactNode } from './compact-node.ts'

/** The paths of one multiRead, each written up to twice, stay far below the server's 1 MiB frame. */
const MAX_REQUEST_BYTES = 128 * 1024
/** A header, a length, a Stat, and some names. */
const OVERHEAD_BYTES = STAT_BYTES + 200
/** What the data of a znode that was never read is taken for. */
const UNKNOWN_DATA_BYTES = 32 * 1024
const MAX_PATHS = 2_000
/** A single znode's reply that was too long so many times in a row will not become shorter. */
const TOO_LONG_ALONE_MAX = 3

/** A znode as it was read. */
export interface TreeNode {
  readonly path: string
  readonly data: Buffer | null
  /** `mzxid` and `version` belong to the data; what is said of children may be older than they are. */
  readonly stat: Stat
}

/** Bounds of what is read. */
export interface TreeReaderOptions {
  /** How far below the root to go; 0 is the root alone. */
  readonly maxDepth: number
  /** More znodes than this are a `CacheOverflowError`. */
  readonly maxNodes: number
  /** What the replies of one multiRead should stay below. */
  readonly maxReplyBytes: number
}

/** Reads znodes and whole trees by multiRead, in chunks under the limits of request and reply. */
export class TreeReader {
  readonly #client: ZooKeeper
  readonly #options: TreeReaderOptions
  #maxPaths = MAX_PATHS
  #tooLongAlone = 0

  constructor(client: ZooKeeper, options: TreeReaderOptions) {
    this.#client = client
    this.#options = options
  }

  /** The znodes at the paths; undefined for one that is not there, or must not be read. */
  async readNodes(
    paths: Iterable<string>,
    known: ReadonlyMap<string, TreeNode>,
  ): Promise<Map<string, TreeNode | undefined>> {
    const found = new Map<string, TreeNode | undefined>()
    for (const chunk of this.#chunks(paths, known)) {
      const results = await this.#multiRead(chunk.map((path) => ({ type: 'getData', path })))
      chunk.forEach((path, i) => {
        found.set(path, toNode(path, results[i]))
      })
    }
    return found
  }

  /** A path and all below it, level by level. */
  async readTree(
    root: string,
    known: ReadonlyMap<string, TreeNode>,
  ): Promise<Map<string, TreeNode>> {
    const found = new Map<string, TreeNode>()
    let level = [root]
    for (let depth = 0; level.length > 0; depth++) {
      const isLast = depth >= this.#options.maxDepth
      const below: string[] = []
      for (const chunk of this.#chunks(level, known)) {
        for (const [node, children] of await this.#readWithChildren(chunk, isLast)) {
          found.set(node.path, node)
          for (const name of children) below.push(joinPath(node.path, name))
        }
        this.#checkSize(found.size)
      }
      level = below
    }
    return found
  }

  async #readWithChildren(
    paths: readonly string[],
    isLast: boolean,
  ): Promise<(readonly [TreeNode, readonly string[]])[]> {
    const kinds = isLast ? (['getData'] as const) : (['getData', 'getChildren'] as const)
    const results = await this.#multiRead(
      paths.flatMap((path) => kinds.map((type) => ({ type, path }))),
    )
    return paths.flatMap((path, i) => {
      const node = toNode(path, results[i * kinds.length])
      const children = isLast ? [] : toChildren(results[i * kinds.length + 1])
      return node === undefined ? [] : [[node, children] as const]
    })
  }

  async #multiRead(
    operations: Parameters<ZooKeeper['multiRead']>[0],
  ): Promise<readonly MultiReadResult[]> {
    try {
      const results = await this.#client.multiRead(operations)
      this.#tooLongAlone = 0
      return results
    } catch (error) {
      if (isTooLong(error)) this.#askForLess(new Set(operations.map(({ path }) => path)), error)
      throw error
    }
  }

  /** The guess was wrong, and the connection is gone: asks for a quarter next time, until the replies fit. */
  #askForLess(paths: ReadonlySet<string>, cause: unknown): void {
    if (paths.size > 1) {
      this.#maxPaths = Math.min(this.#maxPaths, Math.ceil(paths.size / 4))
      return
    }
    // Not at once: the reply to somebody else's request may have been the long one.
    this.#tooLongAlone++
    if (this.#tooLongAlone < TOO_LONG_ALONE_MAX) return
    const [path = ''] = paths
    const message = `what ${path} holds is more than the client's maxReplyBytes`
    throw new CacheOverflowError(message, { path, cause })
  }

  #chunks(paths: Iterable<string>, known: ReadonlyMap<string, TreeNode>): string[][] {
    return pathChunks(paths, {
      maxRequestBytes: MAX_REQUEST_BYTES,
      maxPaths: this.#maxPaths,
      reply: {
        maxBytes: this.#options.maxReplyBytes,
        bytesOf: (path) =>
          OVERHEAD_BYTES + (known.get(path)?.stat.dataLength ?? UNKNOWN_DATA_BYTES),
      },
    })
  }

  #checkSize(nodes: number): void {
    if (nodes > this.#options.maxNodes) {
      throw new CacheOverflowError(`there are more than ${this.#options.maxNodes} znodes`)
    }
  }
}

function toNode(path: string, result: MultiReadResult | undefined): TreeNode | undefined {
  if (result?.type === 'getData') {
    return compactNode({ path, data: result.data, stat: result.stat })
  }
  if (result?.type === 'error') return absent(result.error)
  throw new ProtocolError('ZK_MALFORMED', `a multiRead without an answer for ${path}`)
}

function toChildren(result: MultiReadResult | undefined): readonly string[] {
  if (result?.type === 'getChildren') return result.children
  if (result?.type === 'error') return absent(result.error) ?? []
  throw new ProtocolError('ZK_MALFORMED', 'a multiRead without an answer for the children')
}

/** A znode that is not there, and one that we must not read, are both none of ours. Anything else is a failure. */
function absent(error: Error): undefined {
  if (error instanceof NoNodeError || error instanceof NoAuthError) return undefined
  throw error
}

function isTooLong(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof ProtocolError && cause.code === 'ZK_FRAME_TOO_LONG'
}
