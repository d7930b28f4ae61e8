/** Bounds of one multiRead. */
export interface ChunkLimits {
  /** What the paths of one request may take together, in bytes. */
  readonly maxRequestBytes: number
  /** What the replies may take together, as far as can be guessed. */
  readonly maxReplyBytes: number
  /** The largest number of paths. */
  readonly maxPaths: number
  /** The guess for one path's reply. */
  readonly replyBytesOf: (path: string) => number
}

/** Splits paths into chunks within the limits, in order. A path that is over a limit alone makes a chunk of one. */
export function readChunks(paths: Iterable<string>, limits: ChunkLimits): string[][] {
  const chunks: string[][] = []
  let chunk: string[] = []
  let requestBytes = 0
  let replyBytes = 0
  for (const path of paths) {
    const pathBytes = Buffer.byteLength(path)
    const answerBytes = limits.replyBytesOf(path)
    const isFull =
      chunk.length >= limits.maxPaths ||
      requestBytes + pathBytes > limits.maxRequestBytes ||
      replyBytes + answerBytes > limits.maxReplyBytes
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
