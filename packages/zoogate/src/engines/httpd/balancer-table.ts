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

/**
 * Reads what the balancer manager answers to `?xml=1`. It is written by httpd line by line, and not by
 * whoever put the members there: a name, a route or a note of ours holds nothing that XML escapes.
 * @throws SyntaxError for what is no such table
 */
export function parseBalancerTable(xml: string): BalancerTable {
  if (!xml.includes('<httpd:manager ')) throw new SyntaxError('httpd answered with no table')
  const table = new Map<string, TableMember[]>()
  for (const balancer of xml.split('<httpd:balancer>').slice(1)) {
    const name = textOf(balancer, 'name').replace('balancer://', '')
    table.set(name, balancer.split('<httpd:worker>').slice(1).map(parseMember))
  }
  return table
}

function parseMember(xml: string): TableMember {
  const status = textOf(xml, 'status').split(' ')
  return {
    url: textOf(xml, 'name'),
    address: textOf(xml, 'hostname').replace(/^\[|\]$/g, ''),
    port: Number(textOf(xml, 'port')),
    loadFactor: Number(textOf(xml, 'loadfactor')),
    route: textOf(xml, 'route'),
    note: textOf(xml, 'redirect'),
    disabled: status.includes('Dis') || status.includes('Stop'),
    draining: status.includes('Drn'),
  }
}

/** Of the first element of a name. */
function textOf(xml: string, name: string): string {
  const start = xml.indexOf(`<httpd:${name}>`)
  const end = xml.indexOf(`</httpd:${name}>`, start)
  if (start < 0 || end < 0) throw new SyntaxError(`httpd's table says no ${name}`)
  return xml.slice(start + name.length + 8, end)
}
