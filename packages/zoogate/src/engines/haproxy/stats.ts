import { EngineError, type Observation, type ObservedEndpoint } from '../engine.ts'
import { runCommands } from './command-socket.ts'
import { GENERATION_VARIABLE, serviceOfBackend } from './names.ts'
import { parseServersState, type ServerRow } from './servers-state.ts'

const STATE = { ready: 'up', drain: 'draining', maint: 'down' } as const

/**
 * What the running worker has.
 * @param leaving the servers of a service that only wait for their deletion
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export async function observe(
  socketPath: string,
  leaving: (service: string) => ReadonlySet<string>,
): Promise<Observation> {
  try {
    const output = await runCommands(socketPath, [showGeneration(), 'show servers state'])
    return observation(output, leaving)
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
  leaving: (service: string) => ReadonlySet<string>,
): Observation {
  const generation = parseGeneration(output)
  if (generation === undefined) throw new Error('it does not tell its generation')
  const services = new Map<string, ObservedEndpoint[]>()
  for (const row of parseServersState(output)) {
    const service = serviceOfBackend(row.backend)
    if (service === undefined || leaving(service).has(row.name)) continue
    const endpoints = services.get(service) ?? []
    endpoints.push(endpoint(row))
    services.set(service, endpoints)
  }
  for (const endpoints of services.values()) endpoints.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { generation, services }
}

function endpoint({ name, address, port, weight, admin, health }: ServerRow): ObservedEndpoint {
  return { id: name, address, port, weight, state: STATE[admin], health }
}
