import { ANSWERS } from '@zoogate/proxy/request-rules'
import type { ServicePool, View } from '../../model/view.ts'
import type { RenderContext, RenderedFiles } from '../engine.ts'
import { backendSection } from './backend.ts'
import { type Directive, printSections, type Section } from './directive.ts'
import { frontendSection } from './frontend.ts'
import type { HaproxyHost } from './host.ts'
import { adminSocket, GENERATION_VARIABLE, MAIN_FILE, serviceFile } from './names.ts'

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
  const main = printSections([
    globalSection(view, context, host),
    defaultsSection(view),
    ...view.listeners.map((listener) => frontendSection(view, listener, host)),
  ])
  const services = [...view.services.values()].map(
    (pool) => [serviceFile(pool.name), renderService(pool)] as const,
  )
  return new Map([[MAIN_FILE, main], ...services])
}

/** The file of one service of the view. */
export function renderServiceFiles({ services }: View, service: string): RenderedFiles {
  const pool = services.get(service)
  return new Map(pool === undefined ? [] : [[serviceFile(service), renderService(pool)]])
}

/** One service's file: all that a change of its endpoints has to write. */
export function renderService(pool: ServicePool): string {
  return printSections([backendSection(pool)])
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
      ['setenv', GENERATION_VARIABLE, generation],
      [
        ...['stats', 'socket', adminSocket(paths)],
        ...['mode', '600', 'level', 'admin', 'expose-fd', 'listeners'],
      ],
      ...(user === undefined ? [] : [['user', user] as Directive, ['group', user] as Directive]),
      ...(workers === 'auto' ? [] : [['nbthread', String(workers)] as Directive]),
      // Frontends limit the connections. A global `maxconn` above what the host allows would keep
      // HAProxy from starting; without one it takes what the host allows. Where that is without
      // limit, this is: HAProxy has tables for as many descriptors as there may be.
      ['fd-hard-limit', String(2 * view.concurrency.maxConnections + DESCRIPTORS_SPARE)],
      ['hard-stop-after', LAST_REQUESTS],
      ['mworker-max-reloads', String(RELOADS_SURVIVED_MAX)],
    ],
  }
}

function defaultsSection({ concurrency }: View): Section {
  return {
    heading: ['defaults'],
    directives: [
      ['mode', 'http'],
      ['timeout', 'http-request', '10s'],
      ['timeout', 'http-keep-alive', `${concurrency.keepAliveMs}ms`],
      ['timeout', 'client', '60s'],
      ['timeout', 'connect', '1s'],
      ['timeout', 'server', '60s'],
      ['timeout', 'queue', '10s'],
      ['timeout', 'tunnel', '1h'],
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
