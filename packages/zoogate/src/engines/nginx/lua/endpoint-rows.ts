import type { Endpoint } from '../../../model/view/view.ts'
import type { ObservedEndpoint } from '../../engine.ts'

/**
 * Endpoints as the balancer in nginx reads and writes them, a line each (`lua/zoogate/row.lua`). ASCII
 * without a line feed or a space, by `refusals.ts`.
 */
export function printRow({ id, address, port, weight, state }: Endpoint): string {
  return `${id} ${address} ${port} ${weight} ${state}`
}

/** A text of rows, in the order of the endpoints. */
export function printRows(endpoints: readonly Endpoint[]): string {
  return endpoints.map((endpoint) => `${printRow(endpoint)}\n`).join('')
}

const ROW = /^(\S{1,128}) (\S{2,45}) (\d{1,5}) (\d{1,3}) (up|draining|down)$/

/** @throws SyntaxError for a line that is none of ours */
export function parseRows(text: string): readonly ObservedEndpoint[] {
  return text.split('\n').slice(0, -1).map(parseRow)
}

function parseRow(line: string): ObservedEndpoint {
  const [, id = '', address = '', port, weight, state] = ROW.exec(line) ?? []
  if (state !== 'up' && state !== 'draining' && state !== 'down') {
    throw new SyntaxError(`nginx answered a line that is no endpoint: ${line.slice(0, 200)}`)
  }
  // The agent checks health for nginx, and hands failing endpoints as `down`.
  return { id, address, port: Number(port), weight: Number(weight), state, health: 'unknown' }
}

/**
 * What makes one list of endpoints another, as the control socket takes it: `+` and a row, or `-` and
 * an id. Empty: they are equal.
 */
export function printChanges(from: ReadonlyMap<string, string>, to: readonly Endpoint[]): string {
  const lines: string[] = []
  let kept = 0
  for (const endpoint of to) {
    const row = printRow(endpoint)
    const before = from.get(endpoint.id)
    if (before !== undefined) kept += 1
    if (before !== row) lines.push(`+${row}\n`)
  }
  if (kept < from.size) {
    const ids = new Set(to.map(({ id }) => id))
    for (const id of from.keys()) if (!ids.has(id)) lines.push(`-${id}\n`)
  }
  return lines.join('')
}
