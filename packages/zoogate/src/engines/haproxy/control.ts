import type { EngineContext, EngineControl } from '../engine.ts'
import { carryingOver } from './carry-over.ts'
import { LiveServers } from './live.ts'
import { applyCertificates } from './live-certificates.ts'
import { adminSocket } from './names.ts'
import { reload } from './reload.ts'
import { observe } from './stats.ts'

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
