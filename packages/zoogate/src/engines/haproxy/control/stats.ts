import { EngineError, type Observation, type ObservedEndpoint } from '../../engine.ts'
import { GENERATION_VARIABLE } from '../render/names.ts'
import { serviceOfBackend } from '../render/variants.ts'
import { runCommands } from './command-socket.ts'
import { parseServersState, type ServerRow } from './servers-state.ts'

const STATE = { ready: 'up', drain: 'draining', maint: 'down' } as const

/**
 * What the running worker has.
 * @param leaving the servers of a backend that only wait for their deletion
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export async function observe(
  socketPath: string,
  leaving: (backend: string) => ReadonlySet<string>,
): Promise<Observation> {
  try {
    const output = await runCommands(socketPath, [showGeneration(), 'show servers state'])
    return observation(output, leaving)
  } catch (cause) {
    const message = `HAProxy's admin socket: ${(cause as Error).message}`
    throw new EngineError('ENGINE_UNREACHABLE', message, { cause })
  }
}

/** @throws EngineError `ENGINE_UNREACHABLE` */
export async function servedGeneration(socketPath: string): Promise<string> {
  try {
    const generation = parseGeneration(await runCommands(socketPath, [showGeneration()]))
    if (generation === undefined) throw new Error('it does not tell its generation')
    return generation
  } catch (cause) {
    const message = `HAProxy's admin socket: ${(cause as Error).message}`
    throw new EngineError('ENGINE_UNREACHABLE', message, { cause })
  }
}

export function showGeneration(): string {
  return `show env ${GENERATION_VARIABLE}`
}

/** The generation within what {@link showGeneration} printed; undefined: it has none. */
export function parseGeneration(output: string): string | undefined {
  return new RegExp(`^${GENERATION_VARIABLE}=([0-9]+)$`, 'm').exec(output)?.[1]
}

function observation(
  output: string,
  leaving: (backend: string) => ReadonlySet<string>,
): Observation {
  const generation = parseGeneration(output)
  if (generation === undefined) throw new Error('it does not tell its generation')
  const backends = new Map<string, ObservedEndpoint[]>()
  for (const row of parseServersState(output)) {
    if (leaving(row.backend).has(row.name)) continue
    const endpoints = backends.get(row.backend) ?? []
    endpoints.push(endpoint(row))
    backends.set(row.backend, endpoints)
  }
  return { generation, services: byService(backends) }
}

/**
 * What a service's first backend has, unless another one of its backends has something else: then
 * that is told, for it is what has to be mended.
 */
function byService(
  backends: ReadonlyMap<string, readonly ObservedEndpoint[]>,
): ReadonlyMap<string, readonly ObservedEndpoint[]> {
  const services = new Map<string, readonly ObservedEndpoint[]>()
  const texts = new Map<string, string>()
  const differing = new Set<string>()
  for (const [backend, unsorted] of backends) {
    const service = serviceOfBackend(backend)
    if (service === undefined) continue
    const endpoints = [...unsorted].sort((a, b) => (a.id < b.id ? -1 : 1))
    const text = JSON.stringify(endpoints.map(({ health: _, ...rest }) => rest))
    const known = texts.get(service)
    if (known === undefined) {
      texts.set(service, text)
      services.set(service, endpoints)
    } else if (known !== text && !differing.has(service)) {
      differing.add(service)
      services.set(service, endpoints)
    }
  }
  return services
}

function endpoint({ name, address, port, weight, admin, health }: ServerRow): ObservedEndpoint {
  return { id: name, address, port, weight, state: STATE[admin], health }
}
