import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/** A request or response body of so many bytes. */
export function filler(bytes: number): Buffer {
  return Buffer.alloc(bytes, 'zoogate ')
}

export function uncompressed(bytes: Buffer, encoding: string | undefined): Buffer {
  switch (bytes.length === 0 ? undefined : encoding) {
    case 'gzip':
      return gunzipSync(bytes)
    case 'deflate':
      return inflateSync(bytes)
    case 'br':
      return brotliDecompressSync(bytes)
    default:
      return bytes
  }
}
