import type { Listener, Route, View } from '../../model/view.ts'
import { EngineError, type RenderContext, type RenderedFiles } from '../engine.ts'
import { type Condition, routeCondition } from './condition.ts'
import {
  type Destination,
  destinationOf,
  NO_BACKEND,
  NO_ROUTE,
  renderAnswer,
  renderDestination,
} from './destination.ts'
import { block, type Directive, directive, printDirectives } from './directive.ts'
import { tablePages } from './endpoint-table.ts'
import { CONFIGURATION_FILE, CONTROL_PATHS, nginxFiles, upstreamFile } from './files.ts'
import { refusals } from './refusals.ts'
import { isConditional, type Location, type VirtualServer, virtualServers } from './routing.ts'
import { splitPercentages } from './split-percentages.ts'
import { renderUpstreams } from './upstream.ts'

/**
 * The files of a generation: `nginx.conf`, and one file for each service's endpoints. What belongs to
 * the host and not to the traffic (user, pid file, log) is on the command line: see `program.ts`.
 *
 * A request is dispatched in two steps. Its location knows the routes that it may match, and names
 * the destination of the first that it does match; `return 418` with `error_page` is nginx's way to
 * go to a location whose name is a variable. The destination, a named location, carries it on. The
 * 418 never leaves nginx, and an endpoint's own 418 is not touched.
 *
 * @throws EngineError `ENGINE_INVALID` for a view that {@link refusals} refuses
 */
export function render(view: View, context: RenderContext): RenderedFiles {
  const refused = refusals(view)[0]
  if (refused !== undefined) {
    throw new EngineError(
      'ENGINE_INVALID',
      `${refused.resource}: ${refused.field} ${refused.message}`,
    )
  }
  const shared = new SharedVariables()
  const servers = view.listeners.flatMap((listener) =>
    virtualServers(view.routes.filter(({ listeners }) => listeners.includes(listener.name))).map(
      (server) => renderServer(server, { listener, view, context, shared }),
    ),
  )
  const services = [...view.services.values()]
  const main = [
    directive('worker_processes', view.concurrency.workers),
    // Requests that are in flight at a reload may take so long to finish, WebSockets too.
    directive('worker_shutdown_timeout', '60s'),
    // A client's connection and its endpoint's, and some for idle connections and the control socket.
    block('events', [directive('worker_connections', 2 * view.concurrency.maxConnections + 512)]),
    block('http', [
      ...httpSettings(view, context),
      ...services.map(({ name }) => directive('include', upstreamFile(name))),
      ...shared.directives(),
      ...servers,
      controlServer(view, context),
    ]),
  ]
  return new Map([
    [CONFIGURATION_FILE, printDirectives(main)],
    ...services.map((pool): [string, string] => [
      upstreamFile(pool.name),
      printDirectives(renderUpstreams(pool)),
    ]),
  ])
}

interface ServerContext {
  readonly listener: Listener
  readonly view: View
  readonly context: RenderContext
  readonly shared: SharedVariables
}

function renderServer({ hostname, locations }: VirtualServer, server: ServerContext): Directive {
  const { view, shared } = server
  const destinations = new Map<string, Destination>()
  const dispatch = locations.map((location) =>
    dispatchLocation(location, (route) => targetOf(route, view, shared, destinations)),
  )
  const catchAll = locations.some(({ type, path }) => type === 'prefix' && path === '/')
  return block('server', [
    ...listenAddresses(server.listener).map((address) =>
      directive('listen', address, ...(hostname === undefined ? ['default_server'] : [])),
    ),
    directive('server_name', hostname ?? ''),
    ...chooseMode(server.context),
    ...dispatch,
    ...(catchAll ? [] : [block(['location', '/'], goTo(NO_ROUTE))]),
    ...[...destinations.values()].flatMap(renderDestination),
    ...renderAnswer(NO_ROUTE),
    ...renderAnswer(NO_BACKEND),
  ])
}

/** Of both families: `*` of nginx is IPv4 alone. */
function listenAddresses({ address, port }: Listener): readonly string[] {
  if (address === '*') return [`*:${port}`, `[::]:${port}`]
  return [address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`]
}

/** Of the destinations' modes (`destination.ts`), the one for this request. */
function chooseMode(context: RenderContext): readonly Directive[] {
  return [
    directive('set', '$zoogate_mode', ''),
    block(
      ['if', '(', '-f', nginxFiles(context.paths).drainFlag, ')'],
      [directive('set', '$zoogate_mode', '+close')],
    ),
    block(['if', '(', '$zoogate_upgrade', ')'], [directive('set', '$zoogate_mode', '+tunnel')]),
  ]
}

/** The candidates in order: the first whose condition holds takes the request. */
function dispatchLocation(
  { type, path, candidates }: Location,
  target: (route: Route) => { readonly when?: string; readonly destination: string },
): Directive {
  const last = candidates.at(-1)
  const open = last !== undefined && isConditional(last)
  return block(type === 'exact' ? ['location', '=', path] : ['location', path], [
    ...candidates.flatMap((route) => {
      const { when, destination } = target(route)
      return when === undefined
        ? goTo(destination)
        : [block(['if', '(', when, ')'], goTo(destination))]
    }),
    ...(open ? goTo(NO_ROUTE) : []),
  ])
}

function goTo(destination: string): readonly Directive[] {
  return [directive('set', '$zoogate_destination', destination), directive('return', 418)]
}

/** Under which condition a route takes a request, and whereto. */
function targetOf(
  route: Route,
  view: View,
  shared: SharedVariables,
  destinations: Map<string, Destination>,
): { readonly when?: string; readonly destination: string } {
  const when = isConditional(route) ? { when: shared.condition(routeCondition(route)) } : {}
  const shares: { name: string; weight: number }[] = []
  for (const { service, weight } of route.backends) {
    const pool = view.services.get(service)
    if (pool === undefined || weight === 0) continue
    const destination = destinationOf(pool, route.timeouts)
    destinations.set(destination.name, destination)
    shares.push({ name: destination.name, weight })
  }
  const [first, second] = shares
  if (first === undefined) return { ...when, destination: NO_BACKEND }
  return { ...when, destination: second === undefined ? first.name : shared.split(shares) }
}

/** Variables that servers and locations share, each made once, numbered as they come. */
class SharedVariables {
  readonly #byKey = new Map<string, { variable: string; directive: Directive }>()

  directives(): readonly Directive[] {
    return [...this.#byKey.values()].map(({ directive }) => directive)
  }

  /** True for a request that meets the condition. */
  condition({ source, pattern }: Condition): string {
    return this.#make(JSON.stringify([source, pattern]), 'matches', (variable) =>
      block(['map', source, variable], [directive('default', ''), directive(pattern, '1')]),
    )
  }

  /** One of the destinations by chance, in proportion to their weights. */
  split(shares: readonly { readonly name: string; readonly weight: number }[]): string {
    const percentages = splitPercentages(shares.map(({ weight }) => weight))
    return this.#make(JSON.stringify(shares), 'split', (variable) =>
      block(
        ['split_clients', '$request_id', variable],
        shares.map(({ name }, index) => directive(percentages[index] ?? '*', name)),
      ),
    )
  }

  #make(key: string, purpose: string, make: (variable: string) => Directive): string {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known.variable
    const variable = `$zoogate_${purpose}_${this.#byKey.size}`
    this.#byKey.set(key, { variable, directive: make(variable) })
    return variable
  }
}

/** What holds for every server: how nginx speaks with clients and with endpoints. */
function httpSettings(view: View, context: RenderContext): readonly Directive[] {
  const { temporary } = nginxFiles(context.paths)
  const names = view.routes.length + view.services.size
  const endpoints = [...view.services.values()].reduce((sum, s) => sum + s.endpoints.length, 0)
  return [
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((purpose) =>
      directive(`${purpose}_temp_path`, temporary),
    ),
    directive('access_log', 'off'),
    directive('server_tokens', 'off'),
    directive('default_type', 'text/plain'),
    // Hash tables are sized for what is in them; nginx warns, and is slow, where they are too small.
    directive('server_names_hash_bucket_size', 512),
    directive('server_names_hash_max_size', tableSize(view.routes.length)),
    directive('map_hash_bucket_size', 512),
    directive('map_hash_max_size', tableSize(endpoints)),
    directive('variables_hash_bucket_size', 256),
    directive('variables_hash_max_size', tableSize(8 * names + endpoints)),
    ...clientSettings(view),
    ...endpointSettings(),
    directive('error_page', 418, '=', '$zoogate_destination$zoogate_mode'),
  ]
}

function tableSize(entries: number): number {
  return Math.max(2_048, 2 ** Math.ceil(Math.log2(2 * entries + 1)))
}

function clientSettings(view: View): readonly Directive[] {
  return [
    directive('keepalive_timeout', `${view.concurrency.keepAliveMs}ms`),
    directive('keepalive_requests', 1_000_000),
    directive('client_header_buffer_size', '4k'),
    directive('large_client_header_buffers', 8, '32k'),
    // A body's size is the service's affair.
    directive('client_max_body_size', 0),
    directive('merge_slashes', 'off'),
    directive('tcp_nodelay', 'on'),
    // The authority that the client asked for: the request line's, if it has one (RFC 9112, 3.2.2).
    block(
      ['map', '$request', '$zoogate_authority'],
      [directive('default', '$http_host'), directive('~*^[A-Z]+ https?://([^/?# ]+)', '$1')],
    ),
    // HTTP/1.0 may leave it out, which an endpoint that is spoken to in HTTP/1.1 must refuse.
    block(
      ['map', '$zoogate_authority', '$zoogate_host'],
      [directive('default', '$zoogate_authority'), directive('', 'localhost')],
    ),
    // Only WebSockets are tunnels. An upgrade to h2c would carry requests past every route.
    block(
      ['map', '$http_upgrade', '$zoogate_upgrade'],
      [directive('default', ''), directive('websocket', 'websocket')],
    ),
    block(
      ['map', '$zoogate_upgrade', '$zoogate_connection'],
      [directive('default', ''), directive('websocket', 'upgrade')],
    ),
    block(
      ['map', '$remote_addr', '$zoogate_forwarded_for'],
      [directive('default', '$remote_addr'), directive('~:', '"[$remote_addr]"')],
    ),
    block(
      ['map', '$upstream_addr', '$zoogate_last_upstream'],
      [directive('default', ''), directive('~([^ ,]+)\\z', '$1')],
    ),
  ]
}

function endpointSettings(): readonly Directive[] {
  return [
    directive('proxy_http_version', '1.1'),
    directive('proxy_set_header', 'Host', '$zoogate_host'),
    directive('proxy_set_header', 'Connection', '$zoogate_connection'),
    directive('proxy_set_header', 'Upgrade', '$zoogate_upgrade'),
    // A client's own values are replaced: nobody is trusted to have written them.
    directive('proxy_set_header', 'X-Forwarded-For', '$remote_addr'),
    directive('proxy_set_header', 'X-Forwarded-Proto', '$scheme'),
    directive('proxy_set_header', 'X-Forwarded-Host', '$zoogate_authority'),
    directive('proxy_set_header', 'Forwarded', 'for=$zoogate_forwarded_for;proto=$scheme'),
    // Responses pass as they come, so events stream; they never wait in a file.
    directive('proxy_buffering', 'off'),
    directive('proxy_buffer_size', '32k'),
    // Not used without buffering, but nginx checks that they fit together.
    directive('proxy_buffers', 4, '32k'),
    directive('proxy_redirect', 'off'),
    directive('proxy_pass_header', 'Server'),
    directive('proxy_pass_header', 'Date'),
    // An endpoint does not steer nginx.
    directive(
      'proxy_ignore_headers',
      ...['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate'],
      ...['X-Accel-Buffering', 'X-Accel-Charset'],
    ),
    // Another endpoint is tried where none has had the request, and where the method may be repeated.
    directive('proxy_next_upstream', 'error', 'timeout'),
  ]
}

/** Tells the agent what the running workers serve. */
function controlServer(view: View, { paths, generation }: RenderContext): Directive {
  return block('server', [
    directive('listen', `unix:${nginxFiles(paths).controlSocket}`),
    directive('keepalive_timeout', 0),
    block(['location', '=', CONTROL_PATHS.generation], [directive('return', 200, generation)]),
    ...tablePages(view, generation).map((page, index) =>
      block(
        ['location', '=', `${CONTROL_PATHS.endpoints}${index}`],
        [directive('return', 200, page)],
      ),
    ),
  ])
}
