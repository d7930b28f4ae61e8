import { type EngineContext, type EngineControl, EngineError } from '../engine.ts'
import { applyEndpoints } from './live.ts'
import { observe } from './stats.ts'

export function control({ process }: EngineContext): EngineControl {
  return {
    async reload(generation) {
      try {
        // The supervisor binds what is new, the worker answers when its tables are in force.
        await process.call('reload', { generation })
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error)
        throw new EngineError('ENGINE_RELOAD_FAILED', words, { cause: error })
      }
    },
    applyEndpoints: (services) => applyEndpoints(process, services),
    observe: () => observe(process),
    async close() {},
  }
}
