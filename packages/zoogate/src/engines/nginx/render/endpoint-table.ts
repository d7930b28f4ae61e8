import type { Endpoint, ServicePool, View } from '../../../model/view/view.ts'
import type { ObservedEndpoint } from '../../engine.ts'

/**
 * nginx does not tell what is in its upstreams. So a generation carries its endpoints a second time,
 * as text that the control socket answers with, out of the memory of the running workers: what is
 * read is what they were started with, and not what lies on the disk by now.
 *
 *     table = *( "service " name LF *( id SP address SP port SP weight SP state LF ) )
 *
 * The text is cut into maps of constant value, since nginx bounds a word (4,096 bytes), and those are
 * joined into pages, for the same reason. A page begins with `<generation> <pages>` LF.
 */
export interface TablePart {
  /** The variable that has the text as its value. */
  readonly variable: string
  readonly text: string
}

/** A part's text, and a page's variables, stay below these: see `WORD_BYTES_MAX`. */
const PART_BYTES_MAX = 3_000
const PAGE_BYTES_MAX = 3_000

/** A service's share of the table, in parts. Pure ASCII without quotes, so bytes are characters. */
export function endpointTable(pool: ServicePool): readonly TablePart[] {
  const texts = chunks([`service ${pool.name}\n`, ...pool.endpoints.map(row)], PART_BYTES_MAX)
  return texts.map((lines, index) => ({
    variable: `$zoogate_table_${pool.name.replaceAll('-', '_')}_${index}`,
    text: lines.join(''),
  }))
}

/** The pages of the whole table, as texts with variables. */
export function tablePages(view: View, generation: string): readonly string[] {
  const variables = [...view.services.values()].flatMap((pool) =>
    endpointTable(pool).map(({ variable }) => variable),
  )
  const pages = chunks(variables, PAGE_BYTES_MAX)
  const count = Math.max(1, pages.length)
  return Array.from(
    { length: count },
    (_, index) => `${generation} ${count}\n${(pages[index] ?? []).join('')}`,
  )
}

/** One page as it was answered. */
export interface TablePage {
  readonly generation: string
  readonly pages: number
  readonly rows: string
}

/** Undefined: not a page of ours. */
export function parsePage(text: string): TablePage | undefined {
  const [, generation, pages] = /^([0-9]+) ([1-9][0-9]{0,5})\n/.exec(text) ?? []
  if (generation === undefined) return undefined
  return { generation, pages: Number(pages), rows: text.slice(text.indexOf('\n') + 1) }
}

/**
 * The endpoints by service, from the rows of all pages.
 * @throws SyntaxError for a line that is none of ours
 */
export function parseTable(rows: string): ReadonlyMap<string, readonly ObservedEndpoint[]> {
  const services = new Map<string, ObservedEndpoint[]>()
  let current: ObservedEndpoint[] | undefined
  for (const line of rows.split('\n').slice(0, -1)) {
    const service = /^service (\S+)$/.exec(line)?.[1]
    if (service !== undefined) {
      current = []
      services.set(service, current)
      continue
    }
    const endpoint = parseRow(line)
    if (current === undefined || endpoint === undefined) {
      throw new SyntaxError(`nginx answered a line that is no endpoint: ${line.slice(0, 200)}`)
    }
    current.push(endpoint)
  }
  return services
}

function row({ id, address, port, weight, state }: Endpoint): string {
  return `${id} ${address} ${port} ${weight} ${state}\n`
}

const ROW = /^(\S+) (\S+) (\d{1,5}) (\d{1,3}) (up|draining|down)$/

function parseRow(line: string): ObservedEndpoint | undefined {
  const [, id = '', address = '', port, weight, state] = ROW.exec(line) ?? []
  if (state !== 'up' && state !== 'draining' && state !== 'down') return undefined
  // The agent checks health for nginx, and hands failing endpoints as `down`.
  return { id, address, port: Number(port), weight: Number(weight), state, health: 'unknown' }
}

/** Neighbours together, as many as fit. */
function chunks(texts: readonly string[], bytesMax: number): readonly (readonly string[])[] {
  const result: string[][] = []
  let bytes = bytesMax
  for (const text of texts) {
    bytes += text.length
    if (bytes > bytesMax) {
      result.push([])
      bytes = text.length
    }
    result.at(-1)?.push(text)
  }
  return result
}
