import type { Engine, EnginePaths, EngineProcess } from '../../engines/engine.ts'
import { AttachedProcess, SupervisedProcess } from '../../supervisor/index.ts'
import { isRunning } from '../../supervisor/process-identity.ts'
import { readEngineRecord } from '../../supervisor/supervisor-files.ts'
import type { HostSettings } from '../host-config.ts'

/** Who runs the engine on this host, as far as the agent has a say. */
export interface EngineHost {
  readonly process: EngineProcess
  /** Whether the engine runs already. Starts nothing. */
  runs(): Promise<boolean>
  /**
   * Sees to it that the engine is being run on the current generation, in the way that this version
   * runs it. It may take a moment to serve. An attached engine without a command to start it is left
   * to its service manager.
   */
  start(): Promise<void>
}

export function engineHost(
  engine: Engine,
  paths: EnginePaths,
  settings: HostSettings['engine'],
): EngineHost {
  if (settings.mode === 'attached') {
    const attached = new AttachedProcess(settings)
    return {
      process: attached,
      runs: async () => (await attached.status()).running,
      start: async () => {
        await attached.start()
      },
    }
  }
  const supervised = new SupervisedProcess(paths, engine.program(paths))
  return {
    process: supervised,
    runs: async () => {
      const record = readEngineRecord(paths.run)
      return record !== undefined && isRunning(record)
    },
    start: async () => {
      await supervised.ensure()
      await supervised.start()
    },
  }
}
