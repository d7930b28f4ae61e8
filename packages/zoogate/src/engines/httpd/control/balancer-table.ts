/** What httpd says of one member of a balancer. */
export interface TableMember {
  readonly url: string
  readonly address: string
  readonly port: number
  readonly loadFactor: number
  readonly route: string
  readonly note: string
  readonly disabled: boolean
  readonly draining: boolean
}

/** By balancer's name, without `balancer://`. */
export type BalancerTable = ReadonlyMap<string, readonly TableMember[]>

/** The columns that are read: httpd's first ones. */
const COLUMNS = ['Worker URL', 'Route', 'RouteRedir', 'Factor', 'Set', 'Status']
const HEADER = `<tr>${COLUMNS.map((column) => `<th>${column}</th>`).join('')}`

const ROW_START = '<tr>\n<td><a href="'
const ROW =
  /<tr>\n<td><a href="[^"]*">([^<]*)<\/a><\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><td>([0-9.]+)<\/td><td>[0-9]+<\/td><td>([^<]*)<\/td>/g

/**
 * Reads a balancer's members from its part of what the balancer manager shows. That is a page for people:
 * one for programs, `?xml=1`, has three times the bytes and takes httpd twice the time.
 * @throws SyntaxError for what is no such part
 */
export function parseMembers(part: string): readonly TableMember[] {
  const start = part.indexOf(HEADER)
  if (start < 0) throw new SyntaxError('httpd’s page does not have the columns that are known')
  const members: TableMember[] = []
  ROW.lastIndex = start
  for (let row = ROW.exec(part); row !== null; row = ROW.exec(part)) members.push(member(row))
  if (part.split(ROW_START).length - 1 !== members.length) {
    throw new SyntaxError('httpd’s page has a member that is not understood')
  }
  return members
}

function member([, url = '', route = '', note = '', factor, status = '']: readonly string[]) {
  return {
    url,
    ...placeIn(url),
    loadFactor: Number(factor),
    route: unescaped(route),
    note: unescaped(note),
    disabled: status.includes('Dis ') || status.includes('Stop '),
    draining: status.includes('Drn '),
  }
}

/** httpd leaves out a port that is the scheme's own. */
function placeIn(url: string): Pick<TableMember, 'address' | 'port'> {
  const start = url.indexOf('://') + 3
  const end = url.charAt(start) === '[' ? url.indexOf(']', start) + 1 : url.indexOf(':', start)
  const rest = end < start ? '' : url.slice(end)
  const address = end < start ? url.slice(start) : url.slice(start, end)
  return {
    address: address.replace(/^\[|\]$/g, ''),
    port: rest === '' ? (OWN_PORTS[url.slice(0, start)] ?? 0) : Number(rest.slice(1)),
  }
}

const OWN_PORTS: Readonly<Record<string, number>> = {
  'ws://': 80,
  'wss://': 443,
  'http://': 80,
  'https://': 443,
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(lt|gt|amp|quot);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
