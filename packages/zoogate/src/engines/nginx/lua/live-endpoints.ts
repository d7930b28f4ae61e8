import type { ServicePool } from '../../../model/view/view.ts'
import {
  type EngineControl,
  EngineError,
  type Observation,
  type ObservedEndpoint,
} from '../../engine.ts'
import { type AskControl, type ControlRequest, getText } from '../control/control-client.ts'
import { parseRows, printChanges, printRow, printRows } from './endpoint-rows.ts'

const PATH = '/endpoints/'

/** A tag names one version of a service's endpoints in one filling of nginx's table. */
interface Known {
  readonly tag: string
  readonly rows: ReadonlyMap<string, string>
}

const LIST = /^([0-9]+)\n((?:[-a-z0-9]+ \S+\n)*)$/

/** A reload may come between the list and a service of it; then all is read again. */
const ATTEMPTS_MAX = 5

/**
 * Reads and changes the endpoints of a running nginx through `lua/zoogate/control.lua`. What nginx was
 * last known to have is kept with its tag: so a change is sent as what is other, and only services that
 * changed are read.
 */
export class LiveEndpoints implements Pick<EngineControl, 'applyEndpoints' | 'observe'> {
  readonly #ask: AskControl
  readonly #sent = new Map<string, Known>()
  readonly #seen = new Map<string, { tag: string; endpoints: readonly ObservedEndpoint[] }>()

  constructor(ask: AskControl) {
    this.#ask = ask
  }

  async applyEndpoints(services: readonly ServicePool[]): Promise<void> {
    for (const pool of services) await this.#apply(pool)
  }

  async observe(): Promise<Observation> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const text = await getText(this.#ask, PATH)
      const [, generation, lines] = LIST.exec(text) ?? []
      if (generation === undefined || lines === undefined) {
        throw new EngineError('ENGINE_UNREACHABLE', 'nginx answered a list that is none of ours')
      }
      const tags = lines.split('\n').slice(0, -1).map(nameAndTag)
      if (!(await this.#readChanged(tags))) continue
      const known = tags.map(([name]): [string, readonly ObservedEndpoint[]] => [
        name,
        this.#seen.get(name)?.endpoints ?? [],
      ])
      return { generation, services: new Map(known) }
    }
    throw new EngineError('ENGINE_UNREACHABLE', 'nginx does not answer with one generation twice')
  }

  /** False: what was listed is not there any more. */
  async #readChanged(tags: readonly (readonly [string, string])[]): Promise<boolean> {
    for (const [name, tag] of tags) {
      if (this.#seen.get(name)?.tag === tag) continue
      const { status, text } = await this.#ask({ path: PATH + name })
      const end = text.indexOf('\n')
      // Another version may have come since, but never another filling of the table.
      if (status !== 200 || filling(text.slice(0, end)) !== filling(tag)) return false
      const endpoints = parseRows(text.slice(end + 1))
      this.#seen.set(name, { tag: text.slice(0, end), endpoints })
    }
    return true
  }

  async #apply(pool: ServicePool): Promise<void> {
    const known = this.#sent.get(pool.name)
    this.#sent.delete(pool.name)
    const path = PATH + pool.name
    if (known !== undefined) {
      const body = `${known.tag}\n${printChanges(known.rows, pool.endpoints)}`
      const { status, text } = await this.#write({ path, method: 'PATCH', body })
      if (status === 200) return this.#remember(pool, text)
      if (status !== 409) throw notTaken(pool, status, text)
    }
    const body = printRows(pool.endpoints)
    const { status, text } = await this.#write({ path, method: 'PUT', body })
    if (status !== 200) throw notTaken(pool, status, text)
    this.#remember(pool, text)
  }

  async #write(request: ControlRequest) {
    try {
      return await this.#ask(request)
    } catch (cause) {
      throw new EngineError('ENGINE_LIVE_FAILED', (cause as Error).message, { cause })
    }
  }

  #remember({ name, endpoints }: ServicePool, answer: string): void {
    const rows = new Map(endpoints.map((endpoint) => [endpoint.id, printRow(endpoint)]))
    this.#sent.set(name, { tag: answer.trim(), rows })
  }
}

function nameAndTag(line: string): readonly [string, string] {
  const space = line.indexOf(' ')
  return [line.slice(0, space), line.slice(space + 1)]
}

/** A tag is `<filling>:<version>`. */
function filling(tag: string): string {
  return tag.slice(0, tag.indexOf(':'))
}

function notTaken({ name }: ServicePool, status: number, text: string): EngineError {
  const words = text.trim().slice(0, 500)
  const message = `nginx did not take the endpoints of ${name}: ${status} ${words}`
  return new EngineError('ENGINE_LIVE_FAILED', message)
}
