import type { View } from '../../model/view.ts'
import { EngineError, type RenderContext, type RenderedFiles } from '../engine.ts'
import type { Balancing } from './balancing.ts'
import { block, type Directive, directive, printDirectives } from './directive.ts'
import { CONFIGURATION_FILE, CONTROL_PATHS, nginxFiles, upstreamFile } from './files.ts'
import { httpSettings } from './http-settings.ts'
import { nativeBalancing } from './native-balancing.ts'
import { refusals } from './refusals.ts'
import { virtualServers } from './routing.ts'
import { renderServer } from './server.ts'
import { SharedVariables } from './shared-variables.ts'

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
  const servers = view.listeners.flatMap((listener) =>
    virtualServers(view.routes.filter(({ listeners }) => listeners.includes(listener.name))).map(
      (server) => renderServer(server, { listener, view, paths: context.paths, shared, balancing }),
    ),
  )
  const services = [...view.services.values()]
  const main = [
    ...balancing.modules(),
    directive('worker_processes', view.concurrency.workers),
    // Requests that are in flight at a reload may take so long to finish, WebSockets too.
    directive('worker_shutdown_timeout', '60s'),
    // A client's connection and its endpoint's, and some for idle connections and the control socket.
    block('events', [directive('worker_connections', 2 * view.concurrency.maxConnections + 512)]),
    block('http', [
      ...httpSettings(view, context.paths),
      ...balancing.settings(view),
      ...services.map(({ name }) => directive('include', upstreamFile(name))),
      ...shared.directives(),
      ...servers,
      controlServer(view, context, balancing),
    ]),
  ]
  return new Map([
    [CONFIGURATION_FILE, printDirectives(main)],
    ...services.map((pool): [string, string] => [
      upstreamFile(pool.name),
      printDirectives(balancing.upstreams(pool)),
    ]),
    ...balancing.files(view, context.generation),
  ])
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
    block(['location', '=', CONTROL_PATHS.generation], [directive('return', 200, generation)]),
    block(['location', '=', CONTROL_PATHS.connections], [directive('stub_status')]),
    ...balancing.controlLocations(view, generation),
  ])
}
