import { readFile, stat } from 'node:fs/promises'

/** A file that a resource names, or in words why it cannot be read. */
export async function readSmall(
  path: string,
  bytesMax: number,
): Promise<{ readonly bytes: Buffer } | { readonly problem: string }> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return { problem: `${path} is not a file` }
    if (found.size > bytesMax) return { problem: `${path} is larger than ${bytesMax} bytes` }
    return { bytes: await readFile(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return { problem: `${path}: there is no such file` }
    if (code === 'EACCES') return { problem: `${path} may not be read` }
    return { problem: `${path}: ${error instanceof Error ? error.message : error}` }
  }
}
