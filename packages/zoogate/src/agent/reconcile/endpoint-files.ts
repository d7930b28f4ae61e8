import type { NodeEngine, Served } from './node-engine.ts'
import { encodeView, VIEW_FILE } from './view-file.ts'

/** How long after a live change the files follow: enough to take a burst in one go. */
const FOLLOW_MS = 200

/**
 * After a live change the current generation's files follow, so that an engine that starts again by
 * itself comes up with the endpoints it had. Only files whose text differs are written.
 */
export class EndpointFiles {
  readonly #node: NodeEngine
  #wanted: Served | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(node: NodeEngine) {
    this.#node = node
  }

  wants(served: Served): void {
    this.#wanted = served
    this.#timer ??= setTimeout(() => void this.settle(), FOLLOW_MS)
  }

  /** Writes what is due, at once. A failure is logged: the next change tries again. */
  settle(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  close(): Promise<void> {
    return this.settle()
  }

  async #write(): Promise<void> {
    const wanted = this.#wanted
    if (wanted === undefined) return
    this.#wanted = undefined
    const { engine, paths, generations, log } = this.#node
    const { generation, view } = wanted
    try {
      const files = engine.render(view, { paths, generation })
      // The view comes last: it says what the others hold.
      await generations.update(generation, new Map([...files, [VIEW_FILE, encodeView(view)]]))
    } catch (error) {
      this.#wanted ??= wanted
      log.warn({ err: error, generation }, 'the files of a live change could not be written')
    }
  }
}
