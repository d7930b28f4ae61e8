import type { EngineContext, EngineControl } from '../engine.ts'
import { carryingOver } from './control/carry-over.ts'
import { LiveServers } from './control/live.ts'
import { applyCertificates } from './control/live-certificates.ts'
import { reload } from './control/reload.ts'
import { observe } from './control/stats.ts'
import { adminSocket } from './render/names.ts'

export function control(context: EngineContext): EngineControl {
  const socketPath = adminSocket(context.paths)
  const servers = new LiveServers(socketPath)
  return {
    reload: (generation) => carryingOver(socketPath, () => reload(generation, context)),
    applyEndpoints: (services) => servers.apply(services),
    applyCertificates: (secrets) => applyCertificates(socketPath, secrets),
    observe: () => observe(socketPath, (backend) => servers.leaving(backend)),
    close: async () => servers.close(),
  }
}
