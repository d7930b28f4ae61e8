import type { ServicePool } from '../../model/view.ts'
import { EngineError } from '../engine.ts'
import { runCommands } from './command-socket.ts'
import { Deletions } from './deletions.ts'
import { backendName } from './names.ts'
import { endpointProblem } from './refusals.ts'
import { serverChanges } from './server-changes.ts'
import { parseServersState, type ServerRow } from './servers-state.ts'

/** HAProxy runs so many between two looks at its traffic: 3 ms for additions. */
const COMMANDS_PER_BATCH = 100

/** Changes servers of the running worker through its runtime API, one caller at a time. */
export class LiveServers {
  readonly #socketPath: string
  readonly #deletions: Deletions
  #last: Promise<unknown> = Promise.resolve()

  constructor(socketPath: string) {
    this.#socketPath = socketPath
    this.#deletions = new Deletions({ attempt: (service) => this.#delete(service) })
  }

  /** Servers of a service that are out of service for good, and not yet deleted. */
  leaving(service: string): ReadonlySet<string> {
    return this.#deletions.of(service)
  }

  /**
   * Makes each service's servers equal to its pool, whatever they were.
   * @throws EngineError `ENGINE_LIVE_FAILED` with what HAProxy said, when they are not equal after it
   */
  apply(pools: readonly ServicePool[]): Promise<void> {
    return this.#alone(async () => {
      if (pools.length === 0) return
      pools.forEach(assertWritable)
      const before = byBackend(await this.#read(pools))
      const changed = pools.filter((pool) => {
        const { commands, surplus } = changesOf(pool, before)
        if (commands.length === 0 && surplus.length === 0) this.#deletions.set(pool.name, [])
        return commands.length > 0 || surplus.length > 0
      })
      if (changed.length > 0) await this.#change(changed, before)
    })
  }

  close(): void {
    this.#deletions.close()
  }

  async #change(pools: readonly ServicePool[], before: RowsByBackend): Promise<void> {
    const commands = pools.flatMap((pool) => {
      const { commands, surplus } = changesOf(pool, before)
      return [...commands, ...surplus.map((name) => deletion(pool.name, name))]
    })
    let printed = ''
    let rows: readonly ServerRow[] = []
    for (let start = 0; start < commands.length; start += COMMANDS_PER_BATCH) {
      const batch = commands.slice(start, start + COMMANDS_PER_BATCH)
      const last = start + COMMANDS_PER_BATCH >= commands.length
      const output = await this.#run(last ? [...batch, showServers(pools)] : batch)
      printed += last ? output.slice(0, Math.max(0, output.lastIndexOf('# be_id '))) : output
      if (last) rows = this.#parse(output)
    }
    const after = byBackend(rows)
    for (const pool of pools) {
      const left = changesOf(pool, after)
      if (left.commands.length > 0) throw failed(pool, left.commands, printed)
      this.#deletions.set(pool.name, left.surplus)
    }
  }

  /** Tries the servers that wait for their deletion once more. */
  #delete(service: string): Promise<void> {
    return this.#alone(async () => {
      const waiting = [...this.leaving(service)]
      if (waiting.length === 0) return
      const output = await this.#run([
        ...waiting.map((name) => deletion(service, name)),
        `show servers state ${backendName(service)}`,
      ])
      const names = new Set(this.#parse(output).map(({ name }) => name))
      this.#deletions.set(
        service,
        waiting.filter((name) => names.has(name)),
      )
    })
  }

  async #read(pools: readonly ServicePool[]): Promise<readonly ServerRow[]> {
    return this.#parse(await this.#run([showServers(pools)]))
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

function changesOf(pool: ServicePool, rows: RowsByBackend) {
  return serverChanges(pool, rows.get(backendName(pool.name)) ?? [])
}

/** The state of one backend, or of all: HAProxy cannot print some. */
function showServers(pools: readonly ServicePool[]): string {
  const [pool] = pools
  return pool !== undefined && pools.length === 1
    ? `show servers state ${backendName(pool.name)}`
    : 'show servers state'
}

function deletion(service: string, server: string): string {
  return `del server ${backendName(service)}/${server}`
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

function failed(pool: ServicePool, left: readonly string[], printed: string): EngineError {
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
    `Service/${pool.name}: ${left.length} changes did not take effect, first "${left[0]}"; HAProxy said: ${said === '' ? 'nothing' : said}`,
  )
}
