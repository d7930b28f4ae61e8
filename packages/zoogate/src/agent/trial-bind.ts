import { createServer } from 'node:net'
import type { ListenPlace } from '../engines/engine.ts'
import { AgentError } from './agent-error.ts'
import { errnoOf } from './disk/atomic-file.ts'

interface TriedPlace extends ListenPlace {
  /** Of the listener. Absent: a native configuration has it. */
  readonly name?: string
}

/**
 * Binds each listener that the engine does not have yet, and lets go of it again. An engine's checker
 * does not: HAProxy would pause all of its listeners for two seconds trying, Apache httpd would exit.
 * @throws AgentError `AGENT_LISTENER_BUSY`, which names every listener that cannot be bound
 */
export async function trialBind(
  wanted: readonly TriedPlace[],
  served: readonly ListenPlace[],
): Promise<void> {
  const problems: string[] = []
  for (const listener of newListeners(wanted, served)) {
    const problem = await tryToBind(listener)
    if (problem !== undefined) problems.push(problem)
  }
  if (problems.length > 0) throw new AgentError('AGENT_LISTENER_BUSY', problems.join('; '))
}

/**
 * Those whose place the engine does not hold. A listener that only changes its address on a port that
 * the engine holds already cannot be tried: the engine itself would be in the way.
 */
export function newListeners<Place extends ListenPlace>(
  wanted: readonly Place[],
  served: readonly ListenPlace[],
): readonly Place[] {
  const overlaps = (a: ListenPlace, b: ListenPlace) =>
    a.port === b.port && (a.address === b.address || isWildcard(a) || isWildcard(b))
  return wanted.filter((listener) => !served.some((other) => overlaps(listener, other)))
}

function isWildcard({ address }: ListenPlace): boolean {
  return address === '*' || address === '0.0.0.0' || address === '::'
}

async function tryToBind({ name, address, port }: TriedPlace): Promise<string | undefined> {
  const host = address === '*' ? '0.0.0.0' : address
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, resolve)
    })
  } catch (error) {
    const who = name === undefined ? 'a listener of the text' : `listener ${name}`
    return `${who} cannot be bound: ${inWords(error, `${address}:${port}`)}`
  }
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return undefined
}

function inWords(error: unknown, place: string): string {
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return `${place} is in use by another program`
    case 'EACCES':
      return `${place} needs a privilege that the agent does not have`
    case 'EADDRNOTAVAIL':
      return `${place} is not an address of this host`
    default:
      return `${place}: ${error instanceof Error ? error.message : String(error)}`
  }
}
