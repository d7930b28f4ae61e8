import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Listener } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'

/** The configuration in a generation folder. */
export const CONFIGURATION_FILE = 'httpd.conf'

/** What the agent has to know to speak with an httpd that serves the generation. */
export const MANIFEST_FILE = 'control.json'

/**
 * What httpd's workers read at each request. They are another user, who may not reach the generation's
 * folder; so these files are copied to the run folder, before a start (`start-script.ts`) and before a
 * reload (`runtime-files.ts`).
 */
export const RUNTIME_FOLDER = 'runtime'

/** Relative to the generation folder. */
export function runtimeFile(name: string): string {
  return `${RUNTIME_FOLDER}/${name}`
}

/** Where the workers read it. */
export function copyOfRuntimeFile({ run }: Pick<EnginePaths, 'run'>, name: string): string {
  return join(run, `httpd-${name}`)
}

/** The variable of the command line that says where they lie, with the beginning of their names. */
export const RUNTIME_VARIABLE = 'ZOOGATE_RUNTIME'

/** How the configuration names it: the checker reads it where it was rendered. Holds a variable of httpd's. */
export function runtimePath(name: string): string {
  return `\${${RUNTIME_VARIABLE}}${name}`
}

/** Drops headers with unusual names. */
export const HEADERS_SCRIPT = 'headers.lua'

/** A service's members, relative to the generation folder. */
export function balancerFile(service: string): string {
  return `services/${service}.conf`
}

/** A service's endpoints as the view has them: for what the members cannot tell. */
export function endpointsFile(service: string): string {
  return `services/${service}.json`
}

/** Which of a service's members takes which of its buckets. A service's name has no dot. */
export function bucketsFile(service: string): string {
  return `${service}.buckets.map`
}

/** Where the running httpd keeps what is its own, outside the generations. */
export interface HttpdFiles {
  /** While it exists, every response says `Connection: close`. */
  readonly drainFlag: string
  /** Defines what the agent shows to be let in by the control listener. Its starter's alone. */
  readonly secretFile: string
  readonly pidFile: string
  readonly errorLog: string
}

export function httpdFiles(paths: EnginePaths): HttpdFiles {
  return {
    drainFlag: join(paths.run, 'httpd-draining'),
    secretFile: join(paths.run, 'httpd-secret.conf'),
    pidFile: join(paths.run, 'httpd.pid'),
    errorLog: join(paths.logs, 'httpd-error.log'),
  }
}

/** The variable that the secret file defines. */
export const SECRET_VARIABLE = 'ZOOGATE_SECRET'
/** In which header the agent shows it. */
export const SECRET_HEADER = 'X-Zoogate-Secret'
/** What every answer to the agent carries: the id of the generation that answered. */
export const GENERATION_HEADER = 'X-Zoogate-Generation'

/** The environment variable that is set for requests that come over the control listener. */
export const OVER_CONTROL = 'zoogate_control'

export interface ControlAddress {
  readonly address: string
  readonly port: number
}

/**
 * Where httpd is spoken to: it cannot listen on unix sockets. Every node has an address of its own
 * below 127.0.0.0/8, and a port below those that the kernel gives to outgoing connections, both from
 * the name of its run folder: no two nodes of a host meet, and it is the same after each reload.
 */
export function controlAddress(
  { run }: Pick<EnginePaths, 'run'>,
  listeners: readonly Pick<Listener, 'port'>[],
): ControlAddress {
  const hash = createHash('sha256').update(run).digest()
  const byte = (index: number) => 1 + ((hash[index] ?? 0) % 254)
  let port = PORT_MIN + (hash.readUInt16BE(4) % PORTS)
  while (listeners.some((listener) => listener.port === port)) {
    port = PORT_MIN + ((port + 1 - PORT_MIN) % PORTS)
  }
  return { address: `127.${byte(0)}.${byte(1)}.${byte(2)}`, port }
}

const PORT_MIN = 21_000
const PORTS = 10_000
