import type { Logger } from 'pino'
import type { SealedFile } from '../disk/sealed-file.ts'
import { encodeNodeState, type NodeState } from './node-state.ts'

/** A registration that changes is on the disk within this, unless the state is so large that writing it takes time. */
const SAVE_INTERVAL_MS = 1_000
/** Writing takes at most so much of the agent's time. */
const SAVE_SHARE = 0.02

/** Keeps the node's state on the disk: soon after it changed, one write at a time, the last one never lost. */
export class StateSaver {
  readonly #file: SealedFile
  readonly #state: () => NodeState | undefined
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #written = ''
  #tookMs = 0
  #closed = false

  /** `state` is asked when it is time to write; undefined: there is nothing worth keeping yet. */
  constructor(file: SealedFile, state: () => NodeState | undefined, log: Logger) {
    this.#file = file
    this.#state = state
    this.#log = log
  }

  changed(): void {
    if (this.#closed) return
    this.#timer ??= setTimeout(
      () => void this.save(),
      Math.max(SAVE_INTERVAL_MS, this.#tookMs / SAVE_SHARE),
    )
  }

  /** Writes now. A failure is logged: serving does not depend on it. */
  save(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  /** Writes for the last time. */
  close(): Promise<void> {
    this.#closed = true
    return this.save()
  }

  async #write(): Promise<void> {
    const state = this.#state()
    if (state === undefined) return
    const startedMs = performance.now()
    const text = encodeNodeState(state)
    if (text === this.#written) return
    try {
      await this.#file.write(text)
      this.#written = text
      this.#tookMs = performance.now() - startedMs
    } catch (error) {
      this.#log.error({ err: error }, 'the node’s state could not be written')
      this.changed()
    }
  }
}
