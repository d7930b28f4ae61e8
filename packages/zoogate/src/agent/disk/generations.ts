import { mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { RenderedFiles } from '../../engines/engine.ts'
import { errnoOf, syncFolder, writeFileAtomically, writeFileSynced } from './atomic-file.ts'
import { makeFolder, type Readers, readersOf } from './generation-readers.ts'

/** So many generations are kept beside those that must be. */
const GENERATIONS_KEPT = 3

/**
 * The generations of one node: each a folder of what was rendered at once, named by a number that
 * grows. The link `current` names the one that the engine shall serve, and is only ever renamed over.
 */
export class Generations {
  readonly folder: string
  readonly current: string
  readonly #nodeFolder: string
  readonly #workersGroup: () => number | undefined

  /** @param workersGroup the group id of the engine's workers, where they are not this user; asked at each write */
  constructor(nodeFolder: string, workersGroup: () => number | undefined = () => undefined) {
    this.#nodeFolder = nodeFolder
    this.#workersGroup = workersGroup
    this.folder = join(nodeFolder, 'generations')
    this.current = join(nodeFolder, 'current')
  }

  async open(): Promise<void> {
    // The engine's workers, another user, may enter but not list.
    await mkdir(this.folder, { recursive: true, mode: 0o755 })
  }

  path(id: string): string {
    return join(this.folder, id)
  }

  /** In ascending order. */
  async list(): Promise<readonly string[]> {
    const names = await readdir(this.folder)
    return names.filter((name) => /^[0-9]+$/.test(name)).sort((a, b) => Number(a) - Number(b))
  }

  /** The generation that `current` names, if it is there. */
  async currentId(): Promise<string | undefined> {
    try {
      const target = await readlink(this.current)
      const id = target.match(/^generations\/([0-9]+)$/)?.[1]
      return id !== undefined && (await this.list()).includes(id) ? id : undefined
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EINVAL') return undefined
      throw error
    }
  }

  /** Writes a whole generation and waits until it is on the disk. An older try is removed first. */
  async write(id: string, files: RenderedFiles): Promise<void> {
    const folder = this.path(id)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { mode: 0o755 })
    const folders = new Set([folder])
    for (const name of files.keys()) folders.add(dirname(join(folder, checked(name))))
    for (const each of folders) await makeFolder(each, this.#readers(relative(folder, each)))
    await Promise.all(
      [...files].map(([name, text]) =>
        writeFileSynced(join(folder, name), text, this.#readers(name)),
      ),
    )
    for (const each of folders) await syncFolder(each)
    await syncFolder(this.folder)
  }

  /** Replaces what differs of a generation's files, each at once. Returns the names of those. */
  async update(id: string, files: RenderedFiles): Promise<readonly string[]> {
    const changed: string[] = []
    for (const [name, text] of files) {
      const path = join(this.path(id), checked(name))
      const former = await readFile(path, 'utf8').catch(() => undefined)
      if (former === text) continue
      await makeFolder(dirname(path), this.#readers(dirname(name)))
      await writeFileAtomically(path, text, this.#readers(name))
      changed.push(name)
    }
    return changed
  }

  async read(id: string, name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path(id), checked(name)), 'utf8')
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Makes `current` name this generation, in one step. */
  async switchTo(id: string): Promise<void> {
    const temporary = `${this.current}.tmp`
    await rm(temporary, { force: true })
    await symlink(`generations/${id}`, temporary)
    await rename(temporary, this.current)
    await syncFolder(this.#nodeFolder)
  }

  /** Where nothing is known to be good, an engine had better not be started. */
  async unlinkCurrent(): Promise<void> {
    await rm(this.current, { force: true })
    await syncFolder(this.#nodeFolder)
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { recursive: true, force: true })
  }

  /** Removes the old ones, but for `keep`, what `current` names, and the newest few. */
  async prune(keep: ReadonlySet<string>): Promise<void> {
    const current = await this.currentId()
    const old = (await this.list()).slice(0, -GENERATIONS_KEPT)
    for (const id of old) {
      if (id !== current && !keep.has(id)) await this.remove(id)
    }
  }

  #readers(name: string): Readers {
    return readersOf(name, this.#workersGroup())
  }
}

/** A file's name stays below its generation's folder. */
function checked(name: string): string {
  const parts = name.split('/')
  if (name.startsWith('/') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new Error(`an engine rendered a file named ${JSON.stringify(name)}`)
  }
  return name
}
