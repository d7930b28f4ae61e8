import { type Directive, directive } from './directive.ts'

/** Where Debian has them. By absolute path: the host's own httpd may load others. */
const MODULES_FOLDER = '/usr/lib/apache2/modules'

/** What every configuration of ours needs. All of them are in Debian's `apache2-bin`. */
export const MODULES = [
  'mpm_event',
  'authz_core',
  'setenvif',
  'env',
  'headers',
  'rewrite',
  'asis',
  'status',
  'lua',
  'slotmem_shm',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'lbmethod_byrequests',
  'lbmethod_bybusyness',
] as const

export function loadModules(names: readonly string[]): readonly Directive[] {
  return names.map((name) => directive('LoadModule', `${name}_module`, modulePath(name)))
}

export function modulePath(name: string): string {
  return `${MODULES_FOLDER}/mod_${name}.so`
}
