import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { DrainFlag } from './drain-flag.ts'
import { type ConnectionCounts, type DrainTimes, DrainWindow } from './drain-window.ts'

export interface ReloadDrainTimes {
  readonly drain: DrainTimes
  readonly pollMs: number
  /** A flag that was raised for a reload that does not come is taken down after so long. */
  readonly preparedMaxMs: number
}

/** Who is drained, and what tells whether it is. */
export interface Drained {
  readonly engine: string
  readonly flagFile: string
  readonly log: Logger
  /** Undefined counts: the engine does not tell. */
  connectionCounts(): Promise<ConnectionCounts | undefined>
}

/** What a reload does so that clients leave the old workers: raises the flag, waits, takes it down. */
export class ReloadDrain {
  readonly #of: Drained
  readonly #times: ReloadDrainTimes
  readonly #flag: DrainFlag
  #window: DrainWindow | undefined
  #cleared: Promise<void> | undefined
  #preparedEnd: NodeJS.Timeout | undefined

  constructor(of: Drained, times: ReloadDrainTimes) {
    this.#of = of
    this.#times = times
    this.#flag = new DrainFlag(of.flagFile)
  }

  /** An agent that died in a reload left its flag behind. To be called before anything else. */
  clearOnce(): Promise<void> {
    this.#cleared ??= this.#flag.lower()
    return this.#cleared
  }

  /** For a reload that is to come soon. */
  async prepare(): Promise<void> {
    await this.clearOnce()
    this.#forgetPrepared()
    await this.#raise()
    this.#preparedEnd = setTimeout(() => this.#lowerLater(), this.#times.preparedMaxMs)
    this.#preparedEnd.unref()
    await this.#untilDrained()
  }

  /** Reloads while clients are away, and takes the flag down whatever comes of it. */
  async around(reload: () => Promise<void>): Promise<void> {
    await this.clearOnce()
    this.#forgetPrepared()
    try {
      await this.#raise()
      await this.#untilDrained()
      await reload()
    } finally {
      await this.#flag.lower()
    }
  }

  async close(): Promise<void> {
    this.#forgetPrepared()
    if (this.#flag.isUp) await this.#flag.lower()
  }

  #forgetPrepared(): void {
    clearTimeout(this.#preparedEnd)
  }

  /** Where the flag is up already, its window goes on. */
  async #raise(): Promise<void> {
    if (this.#flag.isUp) return
    await this.#flag.raise()
    this.#window = new DrainWindow(performance.now(), this.#times.drain)
  }

  async #untilDrained(): Promise<void> {
    const window = this.#window
    for (let looks = 1; window !== undefined; looks++) {
      const counts = await this.#of.connectionCounts()
      if (window.isOver(counts, performance.now())) {
        const { countedMs } = window
        const { log, engine } = this.#of
        log.debug({ drain: { ...counts, countedMs, looks } }, `${engine} is drained`)
        return
      }
      await wait(this.#times.pollMs)
    }
  }

  #lowerLater(): void {
    this.#flag.lower().catch((error: unknown) => {
      const { log, engine } = this.#of
      log.warn({ err: error }, `the drain flag of ${engine} could not be removed`)
    })
  }
}
