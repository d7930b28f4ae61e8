import { ANSWERS } from '@zoogate/proxy/request-rules'
import type { ServicePool, View } from '../../model/view/view.ts'
import type { RenderContext, RenderedFiles } from '../engine.ts'
import { backendSection } from './render/backend.ts'
import { bufferSize } from './render/buffers.ts'
import { type Directive, printSections, type Section } from './render/directive.ts'
import { fastCgiSections } from './render/fast-cgi.ts'
import { frontendSection } from './render/frontend.ts'
import type { HaproxyHost } from './render/host.ts'
import {
  ADMIN_SOCKET_SETTINGS,
  adminSocket,
  GENERATION_VARIABLE,
  MAIN_FILE,
  serviceFile,
} from './render/names.ts'
import { preloadSections, secretFiles } from './render/secret-files.ts'
import { PEERS, tableSection } from './render/tables.ts'
import { tcpFrontendSection } from './render/tcp-frontend.ts'
import { type Variant, variantOf, variantsByService } from './render/variants.ts'

/**
 * Descriptors beside those of connections: one for each health check, pollers, pipes, sockets. It
 * does not depend on how many endpoints there are, for they come and go without this file.
 */
const DESCRIPTORS_SPARE = 32_768
/** How long a worker that was replaced may take for its last requests and tunnels. */
const LAST_REQUESTS = '10m'
/** Workers that are still busy after so many reloads are ended: each holds memory of its own. */
const RELOADS_SURVIVED_MAX = 20

/** A generation's files: flat, so that HAProxy loads the folder, in the order of their names. */
export function render(view: View, context: RenderContext, host: HaproxyHost): RenderedFiles {
  const variants = variantsByService(view)
  const main = printSections([
    globalSection(view, context, host),
    ...tableSection(view, context.paths, host),
    ...cacheSections(view),
    defaultsSection(view),
    ...view.listeners.map((listener) =>
      listener.protocol === 'TCP' || listener.protocol === 'TLS'
        ? tcpFrontendSection(view, listener, host)
        : frontendSection(view, listener, host),
    ),
    ...fastCgiSections(view),
    ...preloadSections(view, context.paths),
  ])
  const services = [...view.services.values()].map(
    (pool) => [serviceFile(pool.name), renderService(pool, variants.get(pool.name) ?? [])] as const,
  )
  return new Map([[MAIN_FILE, main], ...services, ...secretFiles(view)])
}

/** The file of one service of the view. */
export function renderServiceFiles(view: View, service: string): RenderedFiles {
  const pool = view.services.get(service)
  if (pool === undefined) return new Map()
  const variants = variantsByService(view).get(service) ?? []
  return new Map([[serviceFile(service), renderService(pool, variants)]])
}

/** One service's file: all that a change of its endpoints has to write. */
export function renderService(pool: ServicePool, variants: readonly Variant[]): string {
  return printSections(variants.map((variant) => backendSection(pool, variant)))
}

/** Memory for each route that is cached: in megabytes, and in bytes for one response. */
const CACHE_MEGABYTES = 16
const CACHED_BYTES_MAX = 1_048_576
/** HAProxy takes the shorter of this and what a response says. */
const CACHED_SECONDS_MAX = 86_400

function cacheSections({ routes }: View): readonly Section[] {
  const caches = routes
    .filter(({ backends, answer }) => backends.length > 0 || answer?.type === 'fastcgi')
    .flatMap((route) => variantOf(route).cache?.name ?? [])
  return [...new Set(caches)].map((name) => ({
    heading: ['cache', name],
    directives: [
      ['total-max-size', String(CACHE_MEGABYTES)],
      ['max-object-size', String(CACHED_BYTES_MAX)],
      ['max-age', String(CACHED_SECONDS_MAX)],
      ['process-vary', 'on'],
    ],
  }))
}

function globalSection(
  view: View,
  { paths, generation }: RenderContext,
  host: HaproxyHost,
): Section {
  const { user } = host
  const { workers } = view.concurrency
  return {
    heading: ['global'],
    directives: [
      // Files that are named lie beside the file that names them.
      ['default-path', 'config'],
      ['localpeer', PEERS],
      ['setenv', GENERATION_VARIABLE, generation],
      ['stats', 'socket', adminSocket(paths), ...ADMIN_SOCKET_SETTINGS],
      ...(user === undefined ? [] : [['user', user] as Directive, ['group', user] as Directive]),
      ...(workers === 'auto' ? [] : [['nbthread', String(workers)] as Directive]),
      // Frontends limit the connections. A global `maxconn` above what the host allows would keep
      // HAProxy from starting; without one it takes what the host allows. Where that is without
      // limit, this is: HAProxy has tables for as many descriptors as there may be.
      ['fd-hard-limit', String(2 * view.concurrency.maxConnections + DESCRIPTORS_SPARE)],
      ...bufferSize(view),
      ['hard-stop-after', LAST_REQUESTS],
      ['mworker-max-reloads', String(RELOADS_SURVIVED_MAX)],
    ],
  }
}

function defaultsSection({ concurrency, limits }: View): Section {
  const idle = limits?.idleMs === undefined ? undefined : `${limits.idleMs}ms`
  return {
    heading: ['defaults'],
    directives: [
      ['mode', 'http'],
      ['timeout', 'http-request', '10s'],
      ['timeout', 'http-keep-alive', `${concurrency.keepAliveMs}ms`],
      ['timeout', 'client', idle ?? '60s'],
      ['timeout', 'connect', '1s'],
      ['timeout', 'server', idle ?? '60s'],
      ['timeout', 'queue', '10s'],
      ['timeout', 'tunnel', idle ?? '1h'],
      // A worker that was replaced answers one more request on each idle connection before it
      // closes it; else a reload would cut off the requests that are just on their way.
      ['option', 'idle-close-on-response'],
      ['option', 'redispatch', '1'],
      ['retries', '3'],
      ['retry-on', 'conn-failure', 'empty-response'],
      ['http-reuse', 'safe'],
      ...[
        [400, ANSWERS.badRequest],
        [502, ANSWERS.broken],
        [503, ANSWERS.unavailable],
        [504, ANSWERS.timeout],
      ].map(([status, text]) => [
        ...['http-error', 'status', String(status)],
        ...['content-type', 'text/plain', 'string', String(text)],
      ]),
    ],
  }
}
