import type { Endpoint } from '../view/view.ts'
import { freshComings } from './damping.ts'
import type { PoolInput } from './input.ts'
import type { PoolMemory, Remembered } from './memory.ts'

export interface Served {
  /** What the engine has of the service. */
  readonly endpoints: readonly Endpoint[]
  readonly checkedBy: PoolInput['checkedBy']
}

/**
 * The memory of an agent that was killed, brought up to what its engine has: an instance that came, or came
 * back at another address, after that memory was last written is served already, and is no stranger to be
 * taken out until ZooKeeper has been read. What is remembered and not served stays: an engine that was
 * started again may have less. Pure.
 */
export function rememberServed(
  memory: PoolMemory,
  { endpoints, checkedBy }: Served,
  nowMs: number,
): PoolMemory {
  const known = new Map(memory.instances.map((instance) => [instance.id, instance]))
  const newer = endpoints.filter((endpoint) => isNews(endpoint, known.get(endpoint.id)))
  if (newer.length === 0) return memory
  for (const { id, address, port, weight, state } of newer) {
    // One that fails the agent's check was made `down` here: it did not say so.
    const said = state === 'down' && checkedBy === 'agent' ? 'up' : state
    const before = known.get(id) ?? {
      weight,
      state: said,
      phase: 'present',
      ...freshComings(nowMs),
    }
    known.set(id, { ...before, id, address, port })
  }
  return { ...memory, instances: [...known.values()] }
}

/** One that has gone and is served yet is about to be taken out. */
function isNews({ address, port }: Endpoint, known: Remembered | undefined): boolean {
  if (known === undefined) return true
  return known.phase !== 'gone' && (known.address !== address || known.port !== port)
}
