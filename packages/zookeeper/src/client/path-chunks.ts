/** Bounds of one request about many paths. */
export interface ChunkLimits {
  /** The largest number of paths. */
  readonly maxPaths: number
  /** What the paths of one request may take together, in bytes. */
  readonly maxRequestBytes: number
  /** Bounds of the reply; default: none, where it is short whatever the paths. */
  readonly reply?: {
    /** What it may take, as far as can be guessed. */
    readonly maxBytes: number
    /** The guess for one path's part. */
    readonly bytesOf: (path: string) => number
  }
}

/** Splits paths into chunks within the limits, in order. A path that is over a limit alone makes a chunk of one. */
export function pathChunks(paths: Iterable<string>, limits: ChunkLimits): string[][] {
  const { maxPaths, maxRequestBytes, reply } = limits
  const chunks: string[][] = []
  let chunk: string[] = []
  let requestBytes = 0
  let replyBytes = 0
  for (const path of paths) {
    const pathBytes = Buffer.byteLength(path)
    const answerBytes = reply?.bytesOf(path) ?? 0
    const isFull =
      chunk.length >= maxPaths ||
      requestBytes + pathBytes > maxRequestBytes ||
      (reply !== undefined && replyBytes + answerBytes > reply.maxBytes)
    if (chunk.length === 0 || isFull) {
      chunk = []
      chunks.push(chunk)
      requestBytes = 0
      replyBytes = 0
    }
    chunk.push(path)
    requestBytes += pathBytes
    replyBytes += answerBytes
  }
  return chunks
}
