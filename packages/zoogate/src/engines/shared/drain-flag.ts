import { rm, writeFile } from 'node:fs/promises'

/**
 * The flag file. While it exists the engine ends every response with `Connection: close`, so that clients
 * leave the old workers by themselves, between two requests. (A worker that is told to quit closes
 * its idle connections at once, and a request may be on its way on one of them: it would be lost.)
 *
 * It survives the agent's death. So it is taken down when the next agent first touches the engine,
 * and a flag that is raised without a reload coming is taken down after a while.
 */
export class DrainFlag {
  readonly #path: string
  #up = false
  /** The file's changes, one after the other: a removal that is late must not meet a new flag. */
  #changes: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  get isUp(): boolean {
    return this.#up
  }

  async raise(): Promise<void> {
    await this.#change(() => writeFile(this.#path, ''))
    this.#up = true
  }

  async lower(): Promise<void> {
    this.#up = false
    await this.#change(() => rm(this.#path, { force: true }))
  }

  #change(change: () => Promise<void>): Promise<void> {
    const done = this.#changes.then(change)
    this.#changes = done.catch(() => {})
    return done
  }
}
