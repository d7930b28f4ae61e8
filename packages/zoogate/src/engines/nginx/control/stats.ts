import { EngineError, type Observation } from '../../engine.ts'
import { parsePage, parseTable, type TablePage } from '../render/endpoint-table.ts'
import { CONTROL_PATHS } from '../render/files.ts'
import { type AskControl, getText } from './control-client.ts'

/** A reload may come between two pages; then they are read again. */
const ATTEMPTS_MAX = 5

/**
 * What the running workers serve: the generation, and the endpoints that came with it. nginx keeps no
 * other list, and no health: an endpoint is what its generation says until the next one.
 */
export async function observe(ask: AskControl): Promise<Observation> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const pages = await readPages(ask)
    const [first] = pages
    if (first === undefined || pages.some((page) => page?.generation !== first.generation)) continue
    const rows = pages.map((page) => page?.rows).join('')
    return { generation: first.generation, services: parseTable(rows) }
  }
  throw new EngineError('ENGINE_UNREACHABLE', 'nginx does not answer with one generation twice')
}

async function readPages(ask: AskControl): Promise<readonly (TablePage | undefined)[]> {
  const read = async (index: number) =>
    parsePage(await getText(ask, `${CONTROL_PATHS.endpoints}${index}`))
  const first = await read(0)
  const pages: (TablePage | undefined)[] = [first]
  for (let index = 1; index < (first?.pages ?? 1); index++) {
    // The next generation may have fewer pages: then this one is not found.
    pages.push(await read(index).catch(() => undefined))
  }
  return pages
}
