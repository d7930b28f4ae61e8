import type { RenderedFiles } from '../../engines/engine.ts'
import type { ServicePool } from '../../model/view/view.ts'
import type { NodeEngine, Served } from './node-engine.ts'
import { encodeEndpoints, encodeView, endpointsFile, VIEW_FILE } from './view-file.ts'

/** How long after a live change the files follow: enough to take a burst in one go. */
const FOLLOW_MS = 200

/**
 * After a live change the current generation's files follow, so that an engine that starts again by
 * itself comes up with the endpoints it had: those of the services that changed, and no others.
 */
export class EndpointFiles {
  readonly #node: NodeEngine
  #wanted: Served | undefined
  /** Whose files are behind; undefined: all of them. */
  #services: Set<string> | undefined = new Set()
  #cancelTimer: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false

  constructor(node: NodeEngine) {
    this.#node = node
  }

  /** An engine that started just now may have what was before the last live change. */
  get areBehind(): boolean {
    return this.#wanted !== undefined || this.#isWriting
  }

  /** @param services whose endpoints changed; undefined: more than endpoints may have */
  wants(served: Served, services: readonly string[] | undefined): void {
    this.#wanted = served
    if (services === undefined) this.#services = undefined
    for (const service of services ?? []) this.#services?.add(service)
    this.#cancelTimer ??= this.#node.scheduler.after(FOLLOW_MS, () => void this.settle())
  }

  /** Writes what is due, at once. A failure is logged: the next change tries again. */
  settle(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
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
    this.#isWriting = true
    const services = this.#services
    this.#services = new Set()
    const { generations, log } = this.#node
    const { generation } = wanted
    try {
      await generations.update(generation, this.#files(wanted, services))
    } catch (error) {
      this.#wanted ??= wanted
      if (services === undefined) this.#services = undefined
      for (const service of services ?? []) this.#services?.add(service)
      log.warn({ err: error, generation }, 'the files of a live change could not be written')
    } finally {
      this.#isWriting = false
    }
  }

  /** What the view says of them comes last: it tells what the others hold. */
  #files({ generation, view }: Served, services: ReadonlySet<string> | undefined): RenderedFiles {
    const { engine, paths } = this.#node
    const context = { paths, generation }
    const { renderService } = engine
    if (services === undefined || renderService === undefined) {
      return new Map([
        ...engine.render(view, context),
        ...[...view.services.values()].map(storedEndpoints),
        [VIEW_FILE, encodeView(view)],
      ])
    }
    const pools = [...services].flatMap((name) => view.services.get(name) ?? [])
    return new Map([
      ...pools.flatMap(({ name }) => [...renderService.call(engine, view, name, context)]),
      ...pools.map(storedEndpoints),
    ])
  }
}

function storedEndpoints({ name, endpoints }: ServicePool): [file: string, text: string] {
  return [endpointsFile(name), encodeEndpoints(endpoints)]
}
