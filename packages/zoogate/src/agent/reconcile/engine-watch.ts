import type { Scheduler } from '@zoogate/balancer'
import type { EngineProcessStatus, Observation } from '../../engines/engine.ts'
import type { NodeEngine, Served } from './node-engine.ts'
import { type TableDifference, tableDifferences } from './table-differences.ts'
import { withEndpoints } from './view-file.ts'

/** An engine that has not said in so long what it has does not answer: changes wait for a look, not for it. */
const ANSWER_TIMEOUT_MS = 3_000

/** The same difference is healed at once, then after 2, 4, 8 … looks: a heal that does not hold is no storm. */
const HEAL_PAUSE_LOOKS_MAX = 64

/** So many looks in a row without an answer are no reload that takes its moment. */
const SILENT_LOOKS = 2

/** Why nobody is served, or nobody knows whether somebody is. The same object as long as it lasts. */
export interface Trouble {
  readonly atMs: number
  readonly message: string
}

export interface Look {
  readonly running: boolean
  readonly lastExit: string | undefined
  /** Since the last look it was started again by itself, with what its files said then. */
  readonly restarted: boolean
  readonly observation: Observation | undefined
  /**
   * What the engine really has, where that is not what it was given, and it is time to heal it:
   * `unknown` where it serves a generation that was not asked for.
   */
  readonly really: Served | 'unknown' | undefined
}

/** Asks the engine what it has, and compares (F11). */
export class EngineWatch {
  readonly #node: NodeEngine
  readonly #nowMs: () => number
  #last: Observation | undefined
  #trouble: Trouble | undefined
  #silentLooks = 0
  #startId: string | undefined
  #heals = 0
  #looksToSkip = 0

  constructor(node: NodeEngine, nowMs: () => number) {
    this.#node = node
    this.#nowMs = nowMs
  }

  /** The newest observation that there is. */
  get last(): Observation | undefined {
    return this.#last
  }

  get trouble(): Trouble | undefined {
    return this.#trouble
  }

  /** The engine was just seen to serve a change. */
  didAnswer(): void {
    this.#trouble = undefined
    this.#silentLooks = 0
  }

  /** Call it while no change is under way. */
  async look(served: Served | undefined): Promise<Look> {
    const { control, lettingGo, log, scheduler } = this.#node
    const status = await this.#status()
    const { startId, lastExit } = status ?? {}
    const restarted = this.#startId !== undefined && startId !== this.#startId
    if (startId !== undefined) this.#startId = startId
    if (restarted && startId !== undefined) {
      log.warn({ lastExit }, 'the engine was started again')
      this.#forgetHeals()
    }
    let observation: Observation | undefined
    let silence = ''
    try {
      observation =
        status?.running === false
          ? undefined
          : await within(scheduler, ANSWER_TIMEOUT_MS, control.observe())
    } catch (error) {
      lettingGo.throwIfAborted()
      silence = error instanceof Error ? error.message : String(error)
      log.debug({ err: error }, 'the engine does not say what it has')
    }
    this.#last = observation
    // Where nobody can say, the engine itself may.
    const running = status?.running ?? observation !== undefined
    this.#silentLooks = silence === '' ? 0 : this.#silentLooks + 1
    if (!running) this.#inTrouble(`the engine does not run${because(lastExit)}`)
    else if (observation !== undefined) this.#trouble = undefined
    else if (this.#silentLooks >= SILENT_LOOKS) {
      this.#inTrouble(`the engine runs but does not answer${because(silence)}`)
    }
    const really =
      observation === undefined || served === undefined
        ? undefined
        : this.#judge(served, observation)
    return { running, lastExit, restarted, observation, really }
  }

  async #status(): Promise<EngineProcessStatus | undefined> {
    const { host, lettingGo, log } = this.#node
    try {
      return await host.process.status()
    } catch (error) {
      lettingGo.throwIfAborted()
      log.warn({ err: error }, 'nobody can say whether the engine runs')
      return undefined
    }
  }

  #judge(served: Served, observation: Observation): Look['really'] {
    const { log } = this.#node
    const { generation } = observation
    const differences = tableDifferences(served.view, observation)
    if (generation === served.generation && differences.length === 0) {
      this.#forgetHeals()
      return undefined
    }
    if (this.#looksToSkip > 0) {
      this.#looksToSkip -= 1
      return undefined
    }
    this.#looksToSkip = Math.min(2 ** this.#heals, HEAL_PAUSE_LOOKS_MAX) - 1
    this.#heals += 1
    if (generation !== served.generation) {
      log.warn({ generation, given: served.generation }, 'the engine serves another generation')
      return 'unknown'
    }
    log.warn({ differences: shown(differences) }, 'the engine’s table is not what it was given')
    const real = withEndpoints(served.view, (service) =>
      (observation.services.get(service) ?? []).map(({ health: _, ...endpoint }) => endpoint),
    )
    return { generation, view: real }
  }

  #inTrouble(message: string): void {
    if (this.#trouble?.message === message) return
    this.#trouble = { atMs: this.#nowMs(), message }
  }

  #forgetHeals(): void {
    this.#heals = 0
    this.#looksToSkip = 0
  }
}

/** @throws Error where it takes longer */
function within<T>(scheduler: Scheduler, timeoutMs: number, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(new Error(`no answer within ${timeoutMs} ms`))
    const cancel = scheduler.after(timeoutMs, tooLate)
    asked.then(resolve, reject).finally(cancel)
  })
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${reason}`
}

function shown(differences: readonly TableDifference[]): readonly string[] {
  return differences.slice(0, 10).map(({ service, id, what }) => `${service}/${id}: ${what}`)
}
