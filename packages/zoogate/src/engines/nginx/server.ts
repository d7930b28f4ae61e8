import { ANSWERS } from '@zoogate/proxy/request-rules'
import type { Listener, Route, View } from '../../model/view.ts'
import type { EnginePaths } from '../engine.ts'
import type { Balancing } from './balancing.ts'
import { routeCondition } from './condition.ts'
import {
  type Answer,
  type Destination,
  destinationOf,
  FAILURES,
  NO_ROUTE,
  renderAnswer,
  renderDestination,
  UNAVAILABLE,
} from './destination.ts'
import { block, type Directive, directive } from './directive.ts'
import { nginxFiles } from './files.ts'
import { BAD_HOST, BAD_TARGET, OTHER_HOST } from './request-checks.ts'
import { isConditional, type Location, type VirtualServer } from './routing.ts'
import type { SharedVariables } from './shared-variables.ts'

export interface ServerContext {
  readonly listener: Listener
  readonly view: View
  readonly paths: EnginePaths
  readonly shared: SharedVariables
  readonly balancing: Balancing
}

/**
 * One `server`: it dispatches a request in two steps. Its location knows the routes that it may
 * match, and names the destination of the first that it does match; `return 418` with `error_page` is
 * nginx's way to go to a location whose name is a variable. The destination, a named location, carries
 * it on. The 418 never leaves nginx, and an endpoint's own 418 is not touched.
 */
export function renderServer(
  { hostname, locations }: VirtualServer,
  server: ServerContext,
): Directive {
  const { view, shared } = server
  const destinations = new Map<string, Destination>()
  const answers = new Set<Answer>(FAILURES)
  const dispatch = locations.map((location) =>
    dispatchLocation(location, answers, (route) =>
      targetOf(route, { view, shared, destinations, answers }),
    ),
  )
  if (!locations.some(({ type, path }) => type === 'prefix' && path === '/')) {
    dispatch.push(block(['location', '/'], goTo(NO_ROUTE)))
    answers.add(NO_ROUTE)
  }
  return block('server', [
    ...listenAddresses(server.listener).map((address) =>
      directive('listen', address, ...(hostname === undefined ? ['default_server'] : [])),
    ),
    directive('server_name', hostname ?? ''),
    ...refuseRequests(),
    ...chooseMode(server.paths),
    ...dispatch,
    // nginx takes some 25 KB for each location of each server, so there are none that nobody goes to.
    ...[...destinations.values()].flatMap((each) => renderDestination(each, server.balancing)),
    ...[...answers].flatMap(renderAnswer),
  ])
}

/** Of both families: `*` of nginx is IPv4 alone. */
function listenAddresses({ address, port }: Listener): readonly string[] {
  if (address === '*') return [`*:${port}`, `[::]:${port}`]
  return [address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`]
}

/** What no engine of ours carries (`http-settings.ts`). nginx has refused bad framing before. */
function refuseRequests(): readonly Directive[] {
  return [BAD_TARGET, BAD_HOST, OTHER_HOST].map((variable) =>
    block(['if', '(', variable, ')'], [directive('return', 400, ANSWERS.badRequest)]),
  )
}

/** Of the destinations' modes (`destination.ts`), the one for this request. */
function chooseMode(paths: EnginePaths): readonly Directive[] {
  return [
    directive('set', '$zoogate_mode', '$zoogate_mode_everyday'),
    block(
      ['if', '(', '-f', nginxFiles(paths).drainFlag, ')'],
      [directive('set', '$zoogate_mode', '$zoogate_mode_draining')],
    ),
  ]
}

/** The candidates in order: the first whose condition holds takes the request. */
function dispatchLocation(
  { type, path, candidates }: Location,
  answers: Set<Answer>,
  target: (route: Route) => { readonly when?: string; readonly destination: string },
): Directive {
  const steps = candidates.flatMap((route) => {
    const { when, destination } = target(route)
    return when === undefined
      ? goTo(destination)
      : [block(['if', '(', when, ')'], goTo(destination))]
  })
  const last = candidates.at(-1)
  if (last !== undefined && isConditional(last)) {
    steps.push(...goTo(NO_ROUTE))
    answers.add(NO_ROUTE)
  }
  return block(type === 'exact' ? ['location', '=', path] : ['location', path], steps)
}

function goTo(destination: string): readonly Directive[] {
  return [directive('set', '$zoogate_destination', destination), directive('return', 418)]
}

interface TargetContext {
  readonly view: View
  readonly shared: SharedVariables
  /** What the server needs for its routes: added to. */
  readonly destinations: Map<string, Destination>
  readonly answers: Set<Answer>
}

/** Under which condition a route takes a request, and whereto. */
function targetOf(
  route: Route,
  { view, shared, destinations, answers }: TargetContext,
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
  if (first === undefined) {
    answers.add(UNAVAILABLE)
    return { ...when, destination: UNAVAILABLE }
  }
  return { ...when, destination: second === undefined ? first.name : shared.split(shares) }
}

/** How every server gets from a location to the destination that it named. */
export function dispatchPage(): Directive {
  return directive('error_page', 418, '=', '$zoogate_destination$zoogate_mode')
}
