import type { ServicePool } from '../../../model/view/view.ts'
import { EngineError } from '../../engine.ts'
import { endpointProblem } from '../../shared/endpoint-refusals.ts'
import { serviceOfBackend } from '../render/variants.ts'
import { runCommands } from './command-socket.ts'
import { Deletions } from './deletions.ts'
import { type ServerChanges, serverChanges } from './server-changes.ts'
import { parseServersState, type ServerRow } from './servers-state.ts'

/** HAProxy runs so many between two looks at its traffic: 3 ms for additions. */
const COMMANDS_PER_BATCH = 100

/** A backend whose servers shall be others. */
export interface Target {
  readonly backend: string
  /** Whose servers they are: `Service/shop`. */
  readonly what: string
  /** From what the backend has to what it shall have. */
  changes(rows: readonly ServerRow[]): ServerChanges
}

/** Changes servers of the running worker through its runtime API, one caller at a time. */
export class LiveServers {
  readonly #socketPath: string
  readonly #deletions: Deletions
  #last: Promise<unknown> = Promise.resolve()

  constructor(socketPath: string) {
    this.#socketPath = socketPath
    this.#deletions = new Deletions({ attempt: (backend) => this.#delete(backend) })
  }

  /** Servers of a backend that are out of service for good, and not yet deleted. */
  leaving(backend: string): ReadonlySet<string> {
    return this.#deletions.of(backend)
  }

  /**
   * Makes each service's servers equal to its pool, whatever they were.
   * @throws EngineError `ENGINE_LIVE_FAILED` with what HAProxy said, when they are not equal after it
   */
  apply(pools: readonly ServicePool[]): Promise<void> {
    return this.applyTo(async () => {
      if (pools.length === 0) return []
      pools.forEach(assertWritable)
      return this.#targets(pools)
    })
  }

  /**
   * The same for backends of whatever kind.
   * @throws EngineError `ENGINE_LIVE_FAILED`
   */
  applyTo(targetsNow: () => Promise<readonly Target[]>): Promise<void> {
    return this.#alone(async () => {
      const targets = await targetsNow()
      if (targets.length === 0) return
      const before = byBackend(this.#parse(await this.#run([showServers(targets)])))
      const changed = targets.filter((target) => {
        const { commands, surplus } = changesOf(target, before)
        if (commands.length === 0 && surplus.length === 0) this.#deletions.set(target.backend, [])
        return commands.length > 0 || surplus.length > 0
      })
      if (changed.length > 0) await this.#change(changed, before)
    })
  }

  close(): void {
    this.#deletions.close()
  }

  /** A service has as many backends as its routes need: HAProxy knows them. */
  async #targets(pools: readonly ServicePool[]): Promise<readonly Target[]> {
    const names = (await this.#run(['show backend'])).split('\n').map((line) => line.trim())
    return pools.flatMap((pool) => {
      const backends = names.filter((name) => serviceOfBackend(name) === pool.name)
      if (backends.length > 0) {
        return backends.map((backend): Target => {
          const what = `Service/${pool.name}`
          return { backend, what, changes: (rows) => serverChanges(pool, backend, rows) }
        })
      }
      const message = `HAProxy has no backend for Service/${pool.name}`
      throw new EngineError('ENGINE_LIVE_FAILED', message)
    })
  }

  async #change(targets: readonly Target[], before: RowsByBackend): Promise<void> {
    const commands = targets.flatMap((target) => {
      const { commands, surplus } = changesOf(target, before)
      return [...commands, ...surplus.map((name) => deletion(target.backend, name))]
    })
    let printed = ''
    let rows: readonly ServerRow[] = []
    for (let start = 0; start < commands.length; start += COMMANDS_PER_BATCH) {
      const batch = commands.slice(start, start + COMMANDS_PER_BATCH)
      const last = start + COMMANDS_PER_BATCH >= commands.length
      const output = await this.#run(last ? [...batch, showServers(targets)] : batch)
      printed += last ? output.slice(0, Math.max(0, output.lastIndexOf('# be_id '))) : output
      if (last) rows = this.#parse(output)
    }
    const after = byBackend(rows)
    for (const target of targets) {
      const left = changesOf(target, after)
      if (left.commands.length > 0) throw failed(target, left.commands, printed)
      this.#deletions.set(target.backend, left.surplus)
    }
  }

  /** Tries the servers that wait for their deletion once more. */
  #delete(backend: string): Promise<void> {
    return this.#alone(async () => {
      const waiting = [...this.leaving(backend)]
      if (waiting.length === 0) return
      const output = await this.#run([
        ...waiting.map((name) => deletion(backend, name)),
        `show servers state ${backend}`,
      ])
      const names = new Set(this.#parse(output).map(({ name }) => name))
      this.#deletions.set(
        backend,
        waiting.filter((name) => names.has(name)),
      )
    })
  }

  #parse(output: string): readonly ServerRow[] {
    try {
      return parseServersState(output)
    } catch (cause) {
      throw new EngineError('ENGINE_LIVE_FAILED', (cause as Error).message, { cause })
    }
  }

  async #run(commands: readonly string[]): Promise<string> {
    try {
      return await runCommands(this.#socketPath, commands)
    } catch (cause) {
      const message = `HAProxy's admin socket: ${(cause as Error).message}`
      throw new EngineError('ENGINE_LIVE_FAILED', message, { cause })
    }
  }

  /** Reading, comparing and changing must not mix with another caller's. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }
}

type RowsByBackend = ReadonlyMap<string, readonly ServerRow[]>

function byBackend(rows: readonly ServerRow[]): RowsByBackend {
  const backends = new Map<string, ServerRow[]>()
  for (const row of rows) {
    const others = backends.get(row.backend)
    if (others === undefined) backends.set(row.backend, [row])
    else others.push(row)
  }
  return backends
}

function changesOf({ backend, changes }: Target, rows: RowsByBackend): ServerChanges {
  return changes(rows.get(backend) ?? [])
}

/** The state of one backend, or of all: HAProxy cannot print some. */
function showServers(targets: readonly Target[]): string {
  const [target] = targets
  return target !== undefined && targets.length === 1
    ? `show servers state ${target.backend}`
    : 'show servers state'
}

function deletion(backend: string, server: string): string {
  return `del server ${backend}/${server}`
}

/** Commands have no quoting: what is not plain must not come so far. */
function assertWritable(pool: ServicePool): void {
  for (const endpoint of pool.endpoints) {
    const problem = endpointProblem(endpoint)
    if (problem === undefined) continue
    const message = `an endpoint of Service/${pool.name} ${problem}`
    throw new EngineError('ENGINE_LIVE_FAILED', message)
  }
}

function failed({ what }: Target, left: readonly string[], printed: string): EngineError {
  const words = printed
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' && line !== '1' && !/^(New server registered|Server deleted)/.test(line),
    )
  const said = words.slice(0, 5).join('; ').slice(0, 500)
  return new EngineError(
    'ENGINE_LIVE_FAILED',
    `${what}: ${left.length} changes did not take effect, first "${left[0]}"; HAProxy said: ${said === '' ? 'nothing' : said}`,
  )
}
