import type { EngineProcessStatus, Observation } from '../../engines/engine.ts'
import type { NodeEngine, Served } from './node-engine.ts'
import { type TableDifference, tableDifferences } from './table-differences.ts'
import { withEndpoints } from './view-file.ts'

/** The same difference is healed at once, then after 2, 4, 8 … looks: a heal that does not hold is no storm. */
const HEAL_PAUSE_LOOKS_MAX = 64

export interface Look {
  readonly running: boolean
  readonly lastExit: string | undefined
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
  #last: Observation | undefined
  #startId: string | undefined
  #heals = 0
  #looksToSkip = 0

  constructor(node: NodeEngine) {
    this.#node = node
  }

  /** The newest observation that there is. */
  get last(): Observation | undefined {
    return this.#last
  }

  /** Call it while no change is under way. */
  async look(served: Served | undefined): Promise<Look> {
    const { control, log } = this.#node
    const { running, startId, lastExit } = await this.#status()
    const restarted = this.#startId !== undefined && startId !== this.#startId
    if (startId !== undefined) this.#startId = startId
    if (restarted && running) {
      log.warn({ lastExit }, 'the engine was started again')
      this.#forgetHeals()
    }
    let observation: Observation | undefined
    try {
      observation = running ? await control.observe() : undefined
    } catch (error) {
      log.debug({ err: error }, 'the engine does not say what it has')
    }
    this.#last = observation
    const really =
      observation === undefined || served === undefined
        ? undefined
        : this.#judge(served, observation)
    return { running, lastExit, observation, really }
  }

  async #status(): Promise<EngineProcessStatus> {
    const { host, log } = this.#node
    try {
      return await host.process.status()
    } catch (error) {
      log.warn({ err: error }, 'nobody can say whether the engine runs')
      return { running: false, restarts: 0, lastExit: 'unknown: nobody answers for it' }
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

  #forgetHeals(): void {
    this.#heals = 0
    this.#looksToSkip = 0
  }
}

function shown(differences: readonly TableDifference[]): readonly string[] {
  return differences.slice(0, 10).map(({ service, id, what }) => `${service}/${id}: ${what}`)
}
