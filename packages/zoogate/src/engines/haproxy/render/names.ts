import { join } from 'node:path'
import { type EnginePaths, PRIVATE_FOLDER, PRIVATE_MARK } from '../../engine.ts'

/** The global section, the defaults and the frontends. Sorts before every service's file. */
export const MAIN_FILE = '00-haproxy.cfg'
/** Users with the hashes of their passwords, where there are some. */
export const USERS_FILE = `01-users${PRIVATE_MARK}cfg`
/** Tells which generation the running worker has read; `show env` prints it. */
export const GENERATION_VARIABLE = 'ZOOGATE_GENERATION'

export const BACKEND_PREFIX = 'service-'

export function serviceFile(service: string): string {
  return `${BACKEND_PREFIX}${service}.cfg`
}

export function frontendName(listener: string): string {
  return `listener-${listener}`
}

/** The runtime API of the worker. */
export function adminSocket(paths: Pick<EnginePaths, 'run'>): string {
  return join(paths.run, 'admin.sock')
}

/** Of the line that makes it: for its user alone, and for the worker that takes over the listeners. */
export const ADMIN_SOCKET_SETTINGS = [
  ...['mode', '600', 'level', 'admin', 'expose-fd', 'listeners'],
] as const

/** Where a worker hands its tables to the one that follows it. */
export function peersSocket(paths: Pick<EnginePaths, 'run'>): string {
  return join(paths.run, 'peers.sock')
}

/** Below the generation's folder, as HAProxy knows it: the runtime API names a file as it was loaded. */
export function certificateFile(secret: string): string {
  return `${PRIVATE_FOLDER}/tls-${secret}.pem`
}

export function authorityFile(secret: string): string {
  return `${PRIVATE_FOLDER}/ca-${secret}.pem`
}

/** The certificates of a listener, the default one first. */
export function certificateList(listener: string): string {
  return `listener-${listener}.list`
}

export function userList(secret: string): string {
  return `users-${secret}`
}

/** The command line of the master process, which reloads. */
export function masterSocket(paths: Pick<EnginePaths, 'run'>): string {
  return join(paths.run, 'master.sock')
}

/** An address with its port as HAProxy and URLs write it. */
export function addressAndPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
