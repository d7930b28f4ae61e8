import { join } from 'node:path'
import type { EnginePaths } from '../engine.ts'

/** The global section, the defaults and the frontends. Sorts before every service's file. */
export const MAIN_FILE = '00-haproxy.cfg'
/** Tells which generation the running worker has read; `show env` prints it. */
export const GENERATION_VARIABLE = 'ZOOGATE_GENERATION'

const BACKEND_PREFIX = 'service-'

export function serviceFile(service: string): string {
  return `${BACKEND_PREFIX}${service}.cfg`
}

export function backendName(service: string): string {
  return `${BACKEND_PREFIX}${service}`
}

/** The service that a backend carries; undefined where it is none of ours. */
export function serviceOfBackend(backend: string): string | undefined {
  return backend.startsWith(BACKEND_PREFIX) ? backend.slice(BACKEND_PREFIX.length) : undefined
}

export function frontendName(listener: string): string {
  return `listener-${listener}`
}

/** The runtime API of the worker. */
export function adminSocket(paths: Pick<EnginePaths, 'run'>): string {
  return join(paths.run, 'admin.sock')
}

/** The command line of the master process, which reloads. */
export function masterSocket(paths: Pick<EnginePaths, 'run'>): string {
  return join(paths.run, 'master.sock')
}

/** An address with its port as HAProxy and URLs write it. */
export function addressAndPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
