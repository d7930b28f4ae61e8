import { createServer } from 'node:net'
import type { Listener } from '../model/view.ts'
import { AgentError } from './agent-error.ts'
import { errnoOf } from './disk/atomic-file.ts'

/**
 * Binds each listener that the engine does not have yet, and lets go of it again. An engine's checker
 * does not: HAProxy would pause all of its listeners for two seconds trying, Apache httpd would exit.
 * @throws AgentError `AGENT_LISTENER_BUSY`, which names every listener that cannot be bound
 */
export async function trialBind(
  wanted: readonly Listener[],
  served: readonly Listener[],
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
export function newListeners(
  wanted: readonly Listener[],
  served: readonly Listener[],
): readonly Listener[] {
  const overlaps = (a: Listener, b: Listener) =>
    a.port === b.port && (a.address === b.address || isWildcard(a) || isWildcard(b))
  return wanted.filter((listener) => !served.some((other) => overlaps(listener, other)))
}

function isWildcard({ address }: Listener): boolean {
  return address === '*' || address === '0.0.0.0' || address === '::'
}

async function tryToBind({ name, address, port }: Listener): Promise<string | undefined> {
  const host = address === '*' ? '0.0.0.0' : address
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, resolve)
    })
  } catch (error) {
    return `listener ${name} cannot be bound: ${inWords(error, `${address}:${port}`)}`
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
