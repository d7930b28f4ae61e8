import type { View } from '../../../model/view/view.ts'
import { type Directive, directive } from '../render/directive.ts'

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
  'buffer',
  'status',
  'lua',
  'slotmem_shm',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'proxy_hcheck',
  'lbmethod_byrequests',
  'lbmethod_bybusyness',
  // For programs. Where a reload is the first that loads it, it starts no daemon for them until the next one
  // (`cgid_init`), and each is answered 503. So it is there from the start, and its daemon waits.
  'cgid',
] as const

/** What is loaded for what a view says, and for nobody else. mod_http2 has threads of its own in each process. */
const NEEDED: readonly (readonly [(view: View) => boolean, readonly string[]])[] = [
  [
    ({ listeners, services }) =>
      listeners.some(({ tls }) => tls !== undefined) ||
      [...services.values()].some(({ tls }) => tls !== undefined),
    ['ssl'],
  ],
  [({ listeners }) => listeners.some(({ tls }) => tls?.http2 === true), ['http2']],
  // After mod_headers, which has to see what this takes away.
  [({ clientAddress }) => clientAddress !== undefined, ['remoteip']],
  [
    ({ routes }) => routes.some(({ access }) => access?.basicAuth !== undefined),
    ['authn_core', 'authn_file', 'auth_basic', 'authz_user'],
  ],
  [({ routes }) => routes.some(({ expires }) => expires !== undefined), ['filter', 'expires']],
  [({ routes }) => routes.some(({ compress }) => compress !== undefined), ['filter', 'deflate']],
  [
    ({ routes }) => routes.some(({ cache }) => cache !== undefined),
    ['cache', 'cache_socache', 'socache_shmcb'],
  ],
  [({ routes }) => routes.some(({ answer }) => answer?.type === 'static'), ['mime']],
  [({ routes }) => routes.some(({ answer }) => answer?.type === 'fastcgi'), ['proxy_fcgi']],
]

/** What a view needs beside, each once. */
export function modulesFor(view: View): readonly string[] {
  return [...new Set(NEEDED.flatMap(([needs, names]) => (needs(view) ? names : [])))]
}

/** What some view needs. */
export const ALL_MODULES: readonly string[] = [
  ...new Set([...MODULES, ...NEEDED.flatMap(([, names]) => names)]),
]

export function loadModules(names: readonly string[]): readonly Directive[] {
  return names.map((name) => directive('LoadModule', `${name}_module`, modulePath(name)))
}

export function modulePath(name: string): string {
  return `${MODULES_FOLDER}/mod_${name}.so`
}
