import type { View } from '../../model/view.ts'
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

/** What a view needs beside. mod_http2 has threads of its own in each process, whoever speaks it. */
export function modulesFor({ listeners, clientAddress }: View): readonly string[] {
  return [
    ...(listeners.some(({ tls }) => tls !== undefined) ? ['ssl'] : []),
    ...(listeners.some(({ tls }) => tls?.http2 === true) ? ['http2'] : []),
    // After mod_headers, which has to see what this takes away.
    ...(clientAddress === undefined ? [] : ['remoteip']),
  ]
}

/** What some view needs. */
export const ALL_MODULES: readonly string[] = [...MODULES, 'ssl', 'http2', 'remoteip']

export function loadModules(names: readonly string[]): readonly Directive[] {
  return names.map((name) => directive('LoadModule', `${name}_module`, modulePath(name)))
}

export function modulePath(name: string): string {
  return `${MODULES_FOLDER}/mod_${name}.so`
}
