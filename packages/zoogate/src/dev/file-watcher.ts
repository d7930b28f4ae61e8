import { type FSWatcher, watch } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Editors write in several steps (truncate, write; or write aside and rename): wait for the last. */
const SETTLE_MS = 60

export interface FileWatcherOptions {
  /** Files, and folders whose files count. */
  readonly paths: readonly string[]
  /** Called when the text of any of them is another one than when it was last read. */
  readonly onChange: () => void
}

/**
 * Watches files by their folders, so that a file that is replaced by a rename stays watched, and
 * calls back once for each change of their contents.
 */
export class FileWatcher {
  readonly #watchers: FSWatcher[] = []
  /** Folders that are watched for the files of {@link follow}. */
  readonly #followed = new Set<string>()
  #files: readonly string[] = []
  readonly #options: FileWatcherOptions
  #last = ''
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: FileWatcherOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#last = await this.#contents()
    for (const path of this.#options.paths.map((name) => resolve(name))) {
      const all = (await stat(path)).isDirectory()
      // Closed while it was starting: a watcher made now would keep the process for ever.
      if (this.#closed) return
      const watcher = watch(all ? path : dirname(path), (_event, name) => {
        if (all || name === null || name === basename(path)) this.#settle()
      })
      watcher.on('error', () => watcher.close())
      this.#watchers.push(watcher)
    }
  }

  /** Watches these files beside the paths, in place of those that it was told before. Absolute. */
  follow(files: readonly string[]): void {
    this.#files = files
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      if (this.#closed || this.#followed.has(folder)) continue
      try {
        const watcher = watch(folder, () => this.#settle())
        watcher.on('error', () => watcher.close())
        this.#watchers.push(watcher)
        this.#followed.add(folder)
      } catch {
        // There is no such folder, as whoever reads the files says.
      }
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#compare(), SETTLE_MS)
  }

  async #compare(): Promise<void> {
    const contents = await this.#contents()
    if (this.#closed || contents === this.#last) return
    this.#last = contents
    this.#options.onChange()
  }

  async #contents(): Promise<string> {
    return JSON.stringify(
      await Promise.all([...this.#options.paths, ...this.#files].map(contentsOf)),
    )
  }
}

/** The texts below a path, by name; empty where there is nothing to read just now. */
async function contentsOf(path: string): Promise<readonly (readonly [string, string])[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [[path, await readFile(path, 'utf8')]]
    const names = (await readdir(path)).sort()
    const read = (name: string) => readFile(join(path, name), 'utf8').catch(() => '')
    return await Promise.all(names.map(async (name) => [name, await read(name)] as const))
  } catch {
    return []
  }
}
