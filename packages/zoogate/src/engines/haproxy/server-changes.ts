import type { Endpoint, ServicePool } from '../../model/view.ts'
import { addressAndPort, backendName } from './names.ts'
import { serverId } from './server-id.ts'
import { serverOptions } from './server-line.ts'
import type { ServerRow } from './servers-state.ts'

export interface ServerChanges {
  /** For the admin socket, in this order. */
  readonly commands: readonly string[]
  /** Servers that the pool does not have: out of service by these commands, deleted when free. */
  readonly surplus: readonly string[]
}

/**
 * The commands that make a backend's servers equal to the pool, and nothing where they are. A server
 * in maintenance that waits for its deletion is a server like any other: an endpoint that comes
 * back under its name takes it over. Pure.
 */
export function serverChanges(pool: ServicePool, rows: readonly ServerRow[]): ServerChanges {
  const actual = new Map(rows.map((row) => [row.name, row]))
  const wanted = new Set(pool.endpoints.map(({ id }) => id))
  const ids = new Set(rows.map(({ id }) => id))
  const commands: string[] = []
  for (const endpoint of pool.endpoints) {
    const row = actual.get(endpoint.id)
    if (row === undefined) {
      const id = serverId(endpoint.id, ids)
      ids.add(id)
      commands.push(...addition(pool, endpoint, id))
    } else commands.push(...adjustment(pool, endpoint, row))
  }
  const surplus = rows.filter(({ name }) => !wanted.has(name))
  for (const { name, admin } of surplus) {
    if (admin !== 'maint') commands.push(`set server ${path(pool, name)} state maint`)
  }
  return { commands, surplus: surplus.map(({ name }) => name) }
}

const ADMIN = { up: 'ready', draining: 'drain', down: 'maint' } as const

/** A server that is added is in maintenance, its check switched off, until told otherwise. */
function addition(pool: ServicePool, endpoint: Endpoint, id: number): readonly string[] {
  const server = path(pool, endpoint.id)
  const options = serverOptions(pool, id, endpoint.weight).join(' ')
  const address = addressAndPort(endpoint.address, endpoint.port)
  return [
    `add server ${server} ${address} ${options}`,
    ...(pool.healthCheck === undefined ? [] : [`enable health ${server}`]),
    ...(endpoint.state === 'down' ? [] : [`set server ${server} state ${ADMIN[endpoint.state]}`]),
  ]
}

function adjustment(pool: ServicePool, endpoint: Endpoint, row: ServerRow): readonly string[] {
  const { address, port, weight, state } = endpoint
  const server = `set server ${path(pool, endpoint.id)}`
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

function path(pool: ServicePool, server: string): string {
  return `${backendName(pool.name)}/${server}`
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
