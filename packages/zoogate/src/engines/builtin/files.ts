import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndpointConfig, ProxyConfig } from '@zoogate/proxy'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

/**
 * The builtin engine's configuration, as files of a generation:
 * - `proxy.json` the structure: listeners, routes, pools without their endpoints
 * - `listeners.json` for the supervisor, which binds them
 * - `endpoints/<service>.json` one for each pool, rewritten after each live change
 */
export const PROXY_FILE = 'proxy.json'
export const LISTENERS_FILE = 'listeners.json'
const ENDPOINTS_FOLDER = 'endpoints'

/** Largest file that is read, in bytes: some 100,000 endpoints, or as many routes. */
const FILE_BYTES_MAX = 32 * 1024 * 1024

const Name = Type.String({ minLength: 1, maxLength: 256 })
const Milliseconds = Type.Integer({ minimum: 0, maximum: 2_147_483_647 })
const Port = Type.Integer({ minimum: 1, maximum: 65_535 })
const Address = Type.String({ minLength: 1, maxLength: 45 })

const HealthCheckSchema = Type.Object({
  probe: Type.Union([
    Type.Object({
      type: Type.Literal('http'),
      path: Type.String({ minLength: 1, maxLength: 4096 }),
      statusFrom: Type.Integer({ minimum: 100, maximum: 999 }),
      statusTo: Type.Integer({ minimum: 100, maximum: 999 }),
    }),
    Type.Object({ type: Type.Literal('tcp') }),
    Type.Object({ type: Type.Literal('zookeeper') }),
  ]),
  intervalMs: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  timeoutMs: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  rise: Type.Integer({ minimum: 1 }),
  fall: Type.Integer({ minimum: 1 }),
})

const PoolSchema = Type.Object({
  name: Name,
  algorithm: Type.Union([
    Type.Literal('roundRobin'),
    Type.Literal('random'),
    Type.Literal('leastRequest'),
    Type.Literal('powerOfTwoChoices'),
    Type.Literal('consistentHash'),
    Type.Literal('peakEWMA'),
  ]),
  sessionCookie: Type.Optional(
    Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", maxLength: 256 }),
  ),
  healthCheck: Type.Optional(HealthCheckSchema),
  connectionsMax: Type.Optional(Type.Integer({ minimum: 1 })),
  connectTimeoutMs: Milliseconds,
})

const RouteSchema = Type.Object({
  id: Type.String({ maxLength: 4096 }),
  listeners: Type.Array(Name),
  hostname: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  path: Type.Object({
    type: Type.Union([Type.Literal('Exact'), Type.Literal('PathPrefix')]),
    value: Type.String({ minLength: 1, maxLength: 16_384 }),
  }),
  method: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  headers: Type.Array(Type.Object({ name: Name, value: Type.String({ maxLength: 16_384 }) })),
  backends: Type.Array(Type.Object({ pool: Name, weight: Type.Number({ minimum: 0 }) })),
  requestTimeoutMs: Type.Optional(Milliseconds),
  attemptTimeoutMs: Type.Optional(Milliseconds),
})

const ProxyFileSchema = Type.Object({
  v: Type.Literal(1),
  generation: Type.String({ pattern: '^[0-9]+$' }),
  gateway: Type.String(),
  revision: Type.Integer({ minimum: 0 }),
  maxConnections: Type.Integer({ minimum: 1 }),
  keepAliveMs: Milliseconds,
  listeners: Type.Array(Type.Object({ name: Name, address: Address, port: Port })),
  routes: Type.Array(RouteSchema),
  pools: Type.Array(PoolSchema),
})
export type ProxyFile = Static<typeof ProxyFileSchema>

export const EndpointSchema = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }),
  address: Address,
  port: Port,
  weight: Type.Integer({ minimum: 0, maximum: 256 }),
  state: Type.Union([Type.Literal('up'), Type.Literal('draining'), Type.Literal('down')]),
})

const EndpointsFileSchema = Type.Object({
  v: Type.Literal(1),
  service: Name,
  endpoints: Type.Array(EndpointSchema),
})
export type EndpointsFile = Static<typeof EndpointsFileSchema>

/** A generation, read back from its folder. */
export interface Generation {
  readonly id: string
  readonly revision: number
  readonly config: ProxyConfig
}

/** Where the endpoints of a service lie. Service names are resource names: no separators. */
export function endpointsFileName(service: string): string {
  return `${ENDPOINTS_FOLDER}/${service}.json`
}

/**
 * Reads and checks a generation. Endpoint files of services that it does not name are left alone.
 * @throws Error that names the file and what is wrong in it
 */
export async function readGeneration(folder: string): Promise<Generation> {
  const file = await readChecked(join(folder, PROXY_FILE), ProxyFileSchema)
  const pools = await Promise.all(
    file.pools.map(async (pool) => ({
      ...pool,
      endpoints: await readEndpoints(folder, pool.name),
    })),
  )
  const { listeners, routes, maxConnections, keepAliveMs } = file
  checkReferences(file)
  return {
    id: file.generation,
    revision: file.revision,
    config: { listeners, routes, pools, maxConnections, keepAliveMs },
  }
}

async function readEndpoints(folder: string, service: string): Promise<readonly EndpointConfig[]> {
  const name = endpointsFileName(service)
  // The name comes out of a file: it must not lead out of the folder.
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(service)) {
    throw new Error(`${PROXY_FILE}: ${JSON.stringify(service)} is not a service's name`)
  }
  const file = await readChecked(join(folder, name), EndpointsFileSchema)
  if (file.service !== service) throw new Error(`${name} is of service ${file.service}`)
  const ids = new Set(file.endpoints.map(({ id }) => id))
  if (ids.size < file.endpoints.length) throw new Error(`${name}: an id comes twice`)
  return file.endpoints
}

/** What a schema cannot say: names that lead nowhere. */
function checkReferences(file: ProxyFile): void {
  const listeners = new Set(file.listeners.map(({ name }) => name))
  if (listeners.size < file.listeners.length) throw new Error('a listener comes twice')
  const pools = new Set(file.pools.map(({ name }) => name))
  for (const route of file.routes) {
    const lost = route.listeners.find((name) => !listeners.has(name))
    if (lost !== undefined) throw new Error(`route ${route.id}: there is no listener ${lost}`)
    const missing = route.backends.find(({ pool }) => !pools.has(pool))
    if (missing !== undefined) throw new Error(`route ${route.id}: no service ${missing.pool}`)
  }
}

async function readChecked<S extends TSchema>(path: string, schema: S): Promise<Static<S>> {
  const { size } = await stat(path)
  if (size > FILE_BYTES_MAX) throw new Error(`${path}: larger than ${FILE_BYTES_MAX} bytes`)
  const value = parse(path, await readFile(path, 'utf8'))
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  throw new Error(`${path}: ${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`)
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error })
  }
}
