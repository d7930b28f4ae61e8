import { createHash } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { errnoOf, writeFileAtomically } from './atomic-file.ts'

/** A sealed file larger than this was not written by us, and is not read. */
const SEALED_BYTES_MAX = 256 * 1024 * 1024

export interface SealedRead {
  /** The newest text that is whole; undefined: none is. */
  readonly text: string | undefined
  /** What was wrong with the newer ones, in words. */
  readonly problems: readonly string[]
}

/**
 * A file that is believed only whole: its first line is the checksum of the rest. The one before it
 * is kept beside it as `<path>.previous`, and read where the newest is torn, corrupt or missing.
 */
export class SealedFile {
  readonly path: string
  readonly #previous: string
  /** Set once the newest is known to be whole: only then it may become the previous one. */
  #newestIsWhole = false

  constructor(path: string) {
    this.path = path
    this.#previous = `${path}.previous`
  }

  async write(text: string): Promise<void> {
    if (this.#newestIsWhole) await rename(this.path, this.#previous).catch(ignoreMissing)
    await writeFileAtomically(this.path, seal(text), { mode: 0o600 })
    this.#newestIsWhole = true
  }

  async read(): Promise<SealedRead> {
    const problems: string[] = []
    for (const path of [this.path, this.#previous]) {
      const result = await readSealed(path)
      if ('text' in result) {
        this.#newestIsWhole = path === this.path
        return { text: result.text, problems }
      }
      if (result.problem !== undefined) problems.push(result.problem)
    }
    return { text: undefined, problems }
  }
}

/** The text below a line that tells whether it is whole. */
export function seal(text: string): string {
  return `${sealOf(text)}\n${text}`
}

/** The text that was sealed; undefined where it is not whole. */
export function unseal(content: string): string | undefined {
  const end = content.indexOf('\n')
  const text = content.slice(end + 1)
  return end > 0 && content.slice(0, end) === sealOf(text) ? text : undefined
}

function sealOf(text: string): string {
  return `zoogate-sealed 1 ${createHash('sha256').update(text).digest('hex')}`
}

async function readSealed(
  path: string,
): Promise<{ text: string } | { problem: string | undefined }> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { problem: undefined }
    return { problem: `${path} cannot be read: ${error instanceof Error ? error.message : error}` }
  }
  if (content.length > SEALED_BYTES_MAX) return { problem: `${path} is too large` }
  const text = unseal(content)
  if (text === undefined) return { problem: `${path} does not match its checksum` }
  return { text }
}

function ignoreMissing(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error
}
