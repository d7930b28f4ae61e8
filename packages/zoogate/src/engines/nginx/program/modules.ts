import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Directive, directive } from '../render/directive.ts'

/** Where distributions put what is not built into nginx. */
const FOLDERS = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules']

/** What brings TCP listeners. nginx.org's own packages have it built in. */
export const STREAM_MODULE = 'ngx_stream_module.so'

/**
 * Loads modules where the host has them as files. They stand on the command line, as a configuration
 * with them would not be the same on every host; a master keeps what it was started with, so one that
 * is installed later is loaded when nginx is next started.
 */
export function loadModules(
  names: readonly string[],
  isThere: (path: string) => boolean = existsSync,
): readonly Directive[] {
  return names.flatMap((name) => {
    const path = modulePath(name, isThere)
    return path === undefined ? [] : [directive('load_module', path)]
  })
}

/** Where this host has a module; undefined: nowhere. */
export function modulePath(
  name: string,
  isThere: (path: string) => boolean = existsSync,
): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find(isThere)
}
