import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/** Size at which a log is cut, in bytes. */
const LOG_BYTES_MAX = 8 * 1024 * 1024
const COPY_CHUNK_BYTES = 256 * 1024

/**
 * A log file that an engine writes by itself: it has the descriptor, so that its words find the file
 * whether we live or not. What is bounded is therefore cut in place: copied to `<path>.1`, then
 * emptied; writers append, so they go on at the new end. A few lines written in between can be lost.
 */
export class BoundedLog {
  readonly #path: string
  readonly #bytesMax: number
  readonly #file: number | undefined

  constructor(path: string, options: { readonly bytesMax?: number } = {}) {
    this.#path = path
    this.#bytesMax = options.bytesMax ?? LOG_BYTES_MAX
    this.#file = openForAppend(path)
  }

  /** For a child's standard output and error; `ignore` where the file could not be opened. */
  get stdio(): number | 'ignore' {
    return this.#file ?? 'ignore'
  }

  /** Whoever was given the descriptor keeps his own. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }

  /** Adds a line. A full disk or a folder that is gone must not stop an engine: failures are ignored. */
  write(line: string): void {
    if (this.#file === undefined) return
    try {
      writeSync(this.#file, `${line}\n`)
    } catch {
      // There is nobody to tell.
    }
  }

  /** Cuts the file if it is too large. To be called from time to time. */
  keepBounded(): void {
    const file = this.#file
    if (file === undefined) return
    try {
      const { size, nlink } = fstatSync(file)
      if (size <= this.#bytesMax) return
      // A file that somebody deleted is only emptied: nobody can read a copy of it.
      if (nlink > 0) copy(this.#path, `${this.#path}.1`, size)
      ftruncateSync(file, 0)
    } catch {
      // As above; the next turn may do better.
    }
  }
}

function openForAppend(path: string): number | undefined {
  try {
    return openSync(path, 'a', 0o640)
  } catch {
    return undefined
  }
}

function copy(from: string, to: string, bytes: number): void {
  const source = openSync(from, 'r')
  const target = openSync(to, 'w', 0o640)
  const chunk = Buffer.alloc(COPY_CHUNK_BYTES)
  try {
    for (let position = 0; position < bytes; ) {
      const read = readSync(source, chunk, 0, Math.min(chunk.length, bytes - position), position)
      if (read === 0) break
      writeSync(target, chunk, 0, read)
      position += read
    }
  } finally {
    closeSync(source)
    closeSync(target)
  }
}
