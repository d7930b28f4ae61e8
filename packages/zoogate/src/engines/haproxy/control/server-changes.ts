import type { Endpoint, ServicePool } from '../../../model/view/view.ts'
import { addressAndPort } from '../render/names.ts'
import { serverId } from '../render/server-id.ts'
import { isChecked, serverOptions } from '../render/server-line.ts'
import { variantOfBackend } from '../render/variants.ts'
import type { ServerRow } from './servers-state.ts'

export interface ServerChanges {
  /** For the admin socket, in this order. */
  readonly commands: readonly string[]
  /** Servers that the pool does not have: out of service by these commands, deleted when free. */
  readonly surplus: readonly string[]
}

/**
 * The commands that make the servers of one of a pool's backends equal to it, and nothing where they are. A server
 * in maintenance that waits for its deletion is a server like any other: an endpoint that comes
 * back under its name takes it over. Pure.
 */
export function serverChanges(
  pool: ServicePool,
  backend: string,
  rows: readonly ServerRow[],
): ServerChanges {
  const ids = new Set(rows.map(({ id }) => id))
  return changesTo(pool.endpoints, backend, rows, (endpoint) => {
    const id = serverId(endpoint.id, ids)
    ids.add(id)
    return addition(pool, backend, endpoint, id)
  })
}

/** The same for servers of whatever kind. Pure. */
export function changesTo<Server extends Endpoint>(
  servers: readonly Server[],
  backend: string,
  rows: readonly ServerRow[],
  addition: (server: Server) => readonly string[],
): ServerChanges {
  const actual = new Map(rows.map((row) => [row.name, row]))
  const wanted = new Set(servers.map(({ id }) => id))
  const commands = servers.flatMap((server) => {
    const row = actual.get(server.id)
    return row === undefined ? addition(server) : adjustment(backend, server, row)
  })
  const surplus = rows.filter(({ name }) => !wanted.has(name))
  for (const { name, admin } of surplus) {
    if (admin !== 'maint') commands.push(`set server ${backend}/${name} state maint`)
  }
  return { commands, surplus: surplus.map(({ name }) => name) }
}

const ADMIN = { up: 'ready', draining: 'drain', down: 'maint' } as const

/** A server that is added is in maintenance, its check switched off, until told otherwise. */
function addition(
  pool: ServicePool,
  backend: string,
  endpoint: Endpoint,
  id: number,
): readonly string[] {
  const server = `${backend}/${endpoint.id}`
  const variant = variantOfBackend(backend)
  const options = serverOptions(pool, variant, id, endpoint.weight).join(' ')
  const address = addressAndPort(endpoint.address, endpoint.port)
  return [
    `add server ${server} ${address} ${options}`,
    ...(isChecked(pool, variant) ? [`enable health ${server}`] : []),
    ...(endpoint.state === 'down' ? [] : [`set server ${server} state ${ADMIN[endpoint.state]}`]),
  ]
}

function adjustment(backend: string, endpoint: Endpoint, row: ServerRow): readonly string[] {
  const { address, port, weight, state } = endpoint
  const server = `set server ${backend}/${endpoint.id}`
  const moved = !sameAddress(row.address, address) || row.port !== port
  const changes = [
    ...(moved ? [`${server} addr ${address} port ${port}`] : []),
    ...(row.weight === weight ? [] : [`${server} weight ${weight}`]),
  ]
  const admin = ADMIN[state]
  if (row.admin === admin) return changes
  const change = `${server} state ${admin}`
  // Into service only when all else is right, out of service first.
  return admin === 'ready' ? [...changes, change] : [change, ...changes]
}

/** IPv6 has several spellings; HAProxy prints the canonical one. */
function sameAddress(one: string, other: string): boolean {
  return one === other || canonical(one) === canonical(other)
}

function canonical(address: string): string {
  if (!address.includes(':')) return address
  try {
    return new URL(`http://[${address}]/`).hostname
  } catch {
    return address
  }
}
