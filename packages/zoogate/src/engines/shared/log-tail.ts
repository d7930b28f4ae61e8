import { open, stat } from 'node:fs/promises'

/** A reload that fails writes a few lines; what else is logged meanwhile may be long. */
const BYTES_MAX = 256 * 1024

/** What a log file gets from now on. */
export class LogTail {
  readonly #path: string
  readonly #from: number

  private constructor(path: string, from: number) {
    this.#path = path
    this.#from = from
  }

  static async start(path: string): Promise<LogTail> {
    return new LogTail(path, await sizeOf(path))
  }

  /** All of it so far; of more than {@link BYTES_MAX} the beginning. A file made anew is read whole. */
  async read(): Promise<string> {
    const size = await sizeOf(this.#path)
    const from = size < this.#from ? 0 : this.#from
    const length = Math.min(size - from, BYTES_MAX)
    if (length <= 0) return ''
    const file = await open(this.#path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  }
}

/** 0 where there is no file. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
