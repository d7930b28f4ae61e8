import { join } from 'node:path'
import { type EnginePaths, PRIVATE_FOLDER, type RenderContext } from '../../engine.ts'

/** The configuration in a generation folder. */
export const CONFIGURATION_FILE = 'nginx.conf'

/** A service's endpoints, relative to the generation folder. */
export function upstreamFile(service: string): string {
  return `upstreams/${service}.conf`
}

/** What {@link validate} looks at beside nginx's own checker: see `host-needs.ts`. */
export const NEEDS_FILE = 'needs.json'

/**
 * A file of this generation, for what is opened later than the configuration: `current` may name
 * another one by then.
 */
export function generationFile({ paths, generation }: RenderContext, name: string): string {
  return join(paths.folder, 'generations', generation, name)
}

/** Where the running nginx keeps what is its own, outside the generations. */
export interface NginxFiles {
  /** While it exists, every response says `Connection: close`. */
  readonly drainFlag: string
  /**
   * Answers what it serves, and takes its endpoints: {@link CONTROL_PATHS}. nginx lets everybody write
   * to a socket, so it lies in a folder that only the user may enter who starts nginx.
   */
  readonly controlSocket: string
  readonly pidFile: string
  readonly errorLog: string
  /** Request bodies that do not fit in memory; on the node's disk and not in `run`, often a tmpfs. */
  readonly temporary: string
}

export function nginxFiles(paths: EnginePaths): NginxFiles {
  return {
    drainFlag: join(paths.run, 'nginx-draining'),
    controlSocket: join(paths.run, PRIVATE_FOLDER, 'nginx.sock'),
    pidFile: join(paths.run, 'nginx.pid'),
    errorLog: join(paths.logs, 'nginx-error.log'),
    temporary: join(paths.folder, 'nginx-temporary'),
  }
}

/** What the control socket answers to GET. */
export const CONTROL_PATHS = {
  /** The id of the generation that the answering worker serves. */
  generation: '/generation',
  /** How many connections there are: nginx's `stub_status`. */
  connections: '/connections',
  /** Followed by the number of a page, from 0 (`endpoint-table.ts`), or a service's name (`lua/`). */
  endpoints: '/endpoints/',
} as const
