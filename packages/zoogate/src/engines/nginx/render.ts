import type { Listener, View } from '../../model/view/view.ts'
import { EngineError, type RenderContext, type RenderedFiles } from '../engine.ts'
import { secretFilesOf } from '../shared/secret-files.ts'
import type { Balancing } from './balancing.ts'
import { nativeBalancing } from './native-balancing.ts'
import { refusals } from './refusals.ts'
import { block, type Directive, directive, printDirectives } from './render/directive.ts'
import { CONFIGURATION_FILE, CONTROL_PATHS, nginxFiles, upstreamFile } from './render/files.ts'
import { needsFile } from './render/host-needs.ts'
import { httpSettings } from './render/http-settings.ts'
import { listenerNames } from './render/listener-tls.ts'
import { virtualServers } from './render/routing.ts'
import { renderServer, SET_BY_ROUTES, type ServerContext } from './render/server.ts'
import { SharedVariables } from './render/shared-variables.ts'
import { isTcp, renderStream } from './render/stream.ts'

/**
 * The files of a generation: `nginx.conf`, and one file for each service's endpoints. What belongs to
 * the host and not to the traffic (user, pid file, log) is on the command line: see `program.ts`.
 *
 * @throws EngineError `ENGINE_INVALID` for a view that {@link refusals} refuses
 */
export function render(
  view: View,
  context: RenderContext,
  balancing: Balancing = nativeBalancing,
): RenderedFiles {
  const refused = refusals(view, balancing)[0]
  if (refused !== undefined) {
    throw new EngineError(
      'ENGINE_INVALID',
      `${refused.resource}: ${refused.field} ${refused.message}`,
    )
  }
  const shared = new SharedVariables()
  const settings = httpSettings(view, context.paths, shared)
  const servers = view.listeners
    .filter((listener) => !isTcp(listener))
    .flatMap((listener) => serversOf(listener, { ...context, view, shared, balancing }))
  const services = [...view.services.values()]
  const main = [
    ...balancing.modules(),
    directive('worker_processes', view.concurrency.workers),
    // Requests that are in flight at a reload may take so long to finish, WebSockets too.
    directive('worker_shutdown_timeout', '60s'),
    // A client's connection and its endpoint's, and some for idle connections and the control socket.
    block('events', [directive('worker_connections', 2 * view.concurrency.maxConnections + 512)]),
    block('http', [
      ...settings,
      ...balancing.settings(view),
      ...services.map(({ name }) => directive('include', upstreamFile(name))),
      ...shared.directives(),
      ...servers,
      controlServer(view, context, balancing),
    ]),
    ...renderStream(view),
  ]
  return new Map([
    [CONFIGURATION_FILE, printDirectives(main)],
    ...needsFile(view),
    ...secretFilesOf(view),
    ...services.map((pool): [string, string] => [
      upstreamFile(pool.name),
      printDirectives(balancing.upstreams(pool, attemptsAt(pool.name, view))),
    ]),
    ...balancing.files(view, context.generation),
  ])
}

/** A listener's servers: one for each name of a route, and of a certificate, and one for the rest. */
function serversOf(
  listener: Listener,
  context: Omit<ServerContext, 'listener'>,
): readonly Directive[] {
  const { view } = context
  const routes = view.routes.filter(({ listeners }) => listeners.includes(listener.name))
  return virtualServers(routes, listenerNames(listener, view)).map((server) =>
    renderServer(server, { ...context, listener }),
  )
}

/** How often the most persistent of a service's routes asks. */
function attemptsAt(service: string, { routes }: View): number {
  const wanted = routes
    .filter(({ backends }) => backends.some((backend) => backend.service === service))
    .map(({ retry }) => (retry?.attempts ?? 0) + 1)
  return wanted.reduce((most, each) => Math.max(most, each), 1)
}

/** Tells the agent what the running workers serve. */
function controlServer(
  view: View,
  { paths, generation }: RenderContext,
  balancing: Balancing,
): Directive {
  return block('server', [
    directive('listen', `unix:${nginxFiles(paths).controlSocket}`),
    directive('keepalive_timeout', 0),
    // nginx knows a variable where it is set, and a Gateway without routes, or of TCP alone, sets none.
    ...SET_BY_ROUTES.map((variable) => directive('set', variable, '')),
    block(['location', '=', CONTROL_PATHS.generation], [directive('return', 200, generation)]),
    block(['location', '=', CONTROL_PATHS.connections], [directive('stub_status')]),
    ...balancing.controlLocations(view, generation),
  ])
}
