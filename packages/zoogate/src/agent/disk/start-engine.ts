import { join } from 'node:path'
import type { Engine, EnginePaths } from '../../engines/engine.ts'
import { writeFileAtomically } from '../../supervisor/atomic-file.ts'
import { startEngineScript } from '../../supervisor/start-engine-script.ts'

/** In the node's folder: what the host's service manager runs as the attached engine. */
export const START_ENGINE = 'start-engine'

/** Lays {@link START_ENGINE} ready, as this version starts the engine. */
export function writeStartEngine(engine: Engine, paths: EnginePaths, pidFile: string): void {
  const script = startEngineScript(engine.program(paths), paths.current, pidFile)
  writeFileAtomically(join(paths.folder, START_ENGINE), script, 0o755)
}
