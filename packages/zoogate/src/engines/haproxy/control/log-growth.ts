import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const FILES_MAX = 100
const BYTES_MAX = 64 * 1024

/** What the files of a log folder get from now on, whoever writes which of them. */
export class LogGrowth {
  readonly #folder: string
  readonly #sizes: ReadonlyMap<string, number>

  private constructor(folder: string, sizes: ReadonlyMap<string, number>) {
    this.#folder = folder
    this.#sizes = sizes
  }

  static async start(folder: string): Promise<LogGrowth> {
    return new LogGrowth(folder, await fileSizes(folder))
  }

  /** At most the first 64 KiB of each file. */
  async read(): Promise<string> {
    let text = ''
    for (const [name, size] of await fileSizes(this.#folder)) {
      const before = this.#sizes.get(name) ?? 0
      // A smaller file was begun anew.
      const from = before > size ? 0 : before
      if (size > from) text += await readRange(join(this.#folder, name), from, size - from)
    }
    return text
  }
}

async function fileSizes(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(folder).catch(() => [])
  const sizes = new Map<string, number>()
  for (const name of names.sort().slice(0, FILES_MAX)) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found?.isFile()) sizes.set(name, found.size)
  }
  return sizes
}

async function readRange(path: string, from: number, bytes: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const length = Math.min(bytes, BYTES_MAX)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
