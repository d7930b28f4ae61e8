import { ANSWERS } from '@zoogate/proxy/request-rules'
import type { Listener, Route, View } from '../../../model/view/view.ts'
import type { RenderContext } from '../../engine.ts'
import type { Balancing } from '../balancing.ts'
import { failureLocations, LOOK, setLook, wordsLocations } from './answers.ts'
import { listenAddresses, listenOptions } from './client-address.ts'
import { isConditional, routeCondition } from './condition.ts'
import {
  type Destination,
  destinationEnding,
  destinationOf,
  renderDestination,
} from './destination.ts'
import { block, type Directive, directive } from './directive.ts'
import { nginxFiles } from './files.ts'
import { changeOwnResponse } from './header-changes.ts'
import { listenerTls } from './listener-tls.ts'
import { mirrorsOf } from './mirror.ts'
import { BAD_HOST, BAD_TARGET, OTHER_HOST } from './request-checks.ts'
import type { Location, VirtualServer } from './routing.ts'
import type { SharedVariables } from './shared-variables.ts'

export interface ServerContext extends RenderContext {
  readonly listener: Listener
  readonly view: View
  readonly shared: SharedVariables
  readonly balancing: Balancing
}

const DESTINATION = '$zoogate_destination'
const MODE = '$zoogate_mode'

/** Variables that pages of every server are named by, and that servers, or their routes, set. */
export const SET_BY_ROUTES = [DESTINATION, MODE, LOOK] as const

/**
 * One `server`: it dispatches a request in two steps. Its location knows the routes that it may
 * match, and names the destination of the first that it does match; `return 418` with `error_page` is
 * nginx's way to go to a location whose name is a variable. The destination, a named location, carries
 * it on. The 418 never leaves nginx, and an endpoint's own 418 is not touched.
 */
export function renderServer(
  { hostname, locations }: VirtualServer,
  context: ServerContext,
): Directive {
  const { listener, view } = context
  const parts = new ServerParts(context)
  const dispatch = locations.map((location) => dispatchLocation(location, parts))
  if (!locations.some(({ type, path }) => type === 'prefix' && path === '/')) {
    dispatch.push(block(['location', '/'], [directive('return', 404)]))
  }
  const tls = listenerTls(listener, view, hostname, context.balancing)
  return block('server', [
    ...listenAddresses(listener).map((address) =>
      directive(
        'listen',
        address,
        ...(hostname === undefined ? ['default_server'] : []),
        ...listenOptions(view),
        ...tls.listen,
      ),
    ),
    directive('server_name', hostname ?? ''),
    ...tls.settings,
    ...refuseRequests(),
    ...chooseMode(context),
    ...dispatch,
    // nginx takes some 25 KB for each location of each server, so there are none that nobody goes to.
    ...parts.locations(),
  ])
}

/** What no engine of ours carries (`http-settings.ts`). nginx has refused bad framing before. */
function refuseRequests(): readonly Directive[] {
  return [BAD_TARGET, BAD_HOST, OTHER_HOST].map((variable) =>
    block(['if', '(', variable, ')'], [directive('return', 400, ANSWERS.badRequest)]),
  )
}

/** Of the modes (`answers.ts`), the one for this request. */
function chooseMode({ paths }: RenderContext): readonly Directive[] {
  return [
    directive('set', MODE, '$zoogate_mode_everyday'),
    block(
      ['if', '(', '-f', nginxFiles(paths).drainFlag, ')'],
      [directive('set', MODE, '$zoogate_mode_draining')],
    ),
  ]
}

/** The candidates in order: the first whose condition holds takes the request. */
function dispatchLocation({ type, path, candidates }: Location, parts: ServerParts): Directive {
  const steps = candidates.flatMap((route) => {
    const { when, steps } = parts.target(route)
    return when === undefined ? steps : [block(['if', '(', when, ')'], steps)]
  })
  const last = candidates.at(-1)
  if (last === undefined || isConditional(last)) steps.push(setLook(''), directive('return', 404))
  return block(type === 'exact' ? ['location', '=', path] : ['location', path], steps)
}

/** What a server's routes need of it, gathered while they are rendered. */
class ServerParts {
  readonly #context: ServerContext
  readonly #destinations = new Map<string, readonly Directive[]>()
  readonly #looks = new Map<string, readonly Directive[]>([['', []]])
  #mirrors = 0

  constructor(context: ServerContext) {
    this.#context = context
  }

  /** Under which condition a route takes a request, and whereto. */
  target(route: Route): { readonly when?: string; readonly steps: readonly Directive[] } {
    const { shared } = this.#context
    const when = isConditional(route) ? { when: shared.condition(routeCondition(route)) } : {}
    const name = this.#destination(route) + destinationEnding(route, this.#context)
    return {
      ...when,
      steps: [
        setLook(this.#look(route)),
        directive('set', DESTINATION, name),
        directive('return', 418),
      ],
    }
  }

  locations(): readonly Directive[] {
    return [
      ...[...this.#destinations.values()].flat(),
      ...failureLocations(),
      ...[...this.#looks].flatMap(([look, headers]) => wordsLocations(look, headers)),
    ]
  }

  #destination(route: Route): string {
    const { view, shared } = this.#context
    const shares: { name: string; weight: number }[] = []
    for (const { service, weight } of route.backends) {
      const pool = view.services.get(service)
      if (pool === undefined || weight === 0) continue
      shares.push({ name: this.#add(route, pool), weight })
    }
    const [first, second] = shares
    if (first === undefined) return this.#add(route)
    return second === undefined ? first.name : shared.split(shares)
  }

  #add(route: Route, pool?: Destination['pool']): string {
    const destination = destinationOf(route, pool, (settings) =>
      this.#context.shared.number(settings),
    )
    const { name } = destination
    if (this.#destinations.has(name)) return name
    const mirrors = mirrorsOf(route, this.#mirrors, this.#context)
    this.#mirrors += mirrors.locations.length
    this.#destinations.set(name, [
      ...renderDestination(destination, this.#context, mirrors.way),
      ...mirrors.locations,
    ])
    return name
  }

  #look({ responseHeaders }: Route): string {
    if (responseHeaders === undefined) return ''
    const { shared } = this.#context
    const look = `.${shared.number(JSON.stringify(responseHeaders))}`
    this.#looks.set(look, changeOwnResponse(responseHeaders, shared))
    return look
  }
}

/** How every server gets from a location to the destination that it named. */
export function dispatchPage(): Directive {
  return directive('error_page', 418, '=', DESTINATION + MODE)
}
