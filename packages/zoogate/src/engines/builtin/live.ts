import type { ServicePool } from '../../model/view/view.ts'
import { EngineError, type EngineProcess } from '../engine.ts'
import { endpointsOf } from './render.ts'

/**
 * Gives the running proxy the endpoints of these services, whole: what it had before does not matter,
 * and what stays keeps its connections. Resolves when they are in force.
 * @throws EngineError `ENGINE_LIVE_FAILED`
 */
export async function applyEndpoints(
  process: EngineProcess,
  services: readonly ServicePool[],
): Promise<void> {
  if (services.length === 0) return
  try {
    await process.call('endpoints', {
      services: services.map((pool) => ({ service: pool.name, endpoints: endpointsOf(pool) })),
    })
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new EngineError('ENGINE_LIVE_FAILED', words, { cause: error })
  }
}
