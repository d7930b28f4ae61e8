import type { Route, ServicePool } from '../../../model/view/view.ts'
import { askForUser, refuseAddresses } from './access.ts'
import { connectionMode, MODES, type Mode } from './answers.ts'
import { compressResponses, tellExpiry } from './compress.ts'
import { block, type Directive, directive } from './directive.ts'
import { renderFastCgi } from './fastcgi.ts'
import { changeOwnResponse, writeChanged } from './header-changes.ts'
import { proxyTo } from './proxy.ts'
import { limitRate } from './rate-limit.ts'
import { ONCE, retryEnding } from './retry.ts'
import { redirectUrl } from './rewrite.ts'
import type { ServerContext } from './server.ts'
import { renderStatic, SHAPE } from './static-files.ts'

/**
 * A destination is where a request goes once its route is known: a service, or an answer of the
 * gateway's own, under all that the route says. It is a named location of nginx, in the modes of
 * `answers.ts`. Routes that say the same share one.
 */
export interface Destination {
  /** `@shop`, and what tells it from others of the service. Without its mode. */
  readonly name: string
  readonly route: Route
  /** Undefined: an answer of our own, or 503. */
  readonly pool?: ServicePool
}

/** What of a route is carried out once it is chosen, as a text: for telling destinations apart. */
function settingsOf(route: Route): string {
  const { answer, requestHeaders, responseHeaders, rewrite, mirrors, access, rateLimit } = route
  const { cache, expires, compress, retry } = route
  const dependsOnPath = answer !== undefined || rewrite?.path !== undefined
  // What is absent is left out of the text.
  return JSON.stringify({
    ...{ answer, requestHeaders, responseHeaders, rewrite, mirrors, access, rateLimit },
    ...{ cache, expires, compress, retry },
    path: dependsOnPath ? route.path : undefined,
    // A route has counts of its own.
    id: rateLimit === undefined ? undefined : route.id,
  })
}

/**
 * The destination of a route at one of its services, or at none.
 * @param number gives equal texts equal numbers
 */
export function destinationOf(
  route: Route,
  pool: ServicePool | undefined,
  number: (settings: string) => number,
): Destination {
  const { requestMs, backendRequestMs } = route.timeouts
  const settings = settingsOf(route)
  const name = [
    `@${pool?.name ?? ''}`,
    ...(requestMs === undefined ? [] : ['request', requestMs]),
    ...(backendRequestMs === undefined ? [] : ['backend', backendRequestMs]),
    ...(settings === '{}' ? [] : ['with', number(settings)]),
    ...(pool === undefined && settings === '{}' ? ['nobody'] : []),
  ].join('.')
  return { name, route, ...(pool === undefined ? {} : { pool }) }
}

/** What the name ends with for a request, before its mode: text with variables. */
export function destinationEnding(
  { answer, retry, backends }: Route,
  context: ServerContext,
): string {
  if (answer?.type === 'static') return SHAPE
  return answer === undefined && backends.length > 0 ? retryEnding(retry, context.shared) : ''
}

/** The named locations of a destination. */
export function renderDestination(
  { name, route, pool }: Destination,
  context: ServerContext,
  mirrors: readonly Directive[],
): readonly Directive[] {
  const { shared, balancing } = context
  const { answer, responseHeaders } = route
  const target = pool === undefined ? undefined : balancing.target(pool)
  return MODES.flatMap((mode) => {
    switch (answer?.type) {
      case 'static':
        return renderStatic(name, answer, route, mode, filters(), context)
      case 'fastcgi':
        return renderFastCgi(name, answer, route, mode, filters(), context)
      case 'redirect': {
        const url = redirectUrl(answer, context, route.path)
        return answerAtOnce(mode, [
          ...changeOwnResponse(responseHeaders, shared),
          directive('return', answer.statusCode, url),
        ])
      }
      default:
        if (pool === undefined || target === undefined) {
          return endings().flatMap((ending) =>
            answerAtOnce(mode, [directive('return', 503)], ending),
          )
        }
        return endings().map((ending) =>
          block(
            ['location', name + ending + mode],
            [
              ...connectionMode(mode),
              ...filters(),
              ...(mode === '+tunnel' ? [] : mirrors),
              ...writeChanged(responseHeaders, shared),
              ...proxyTo(pool, target, route, { mode, ending }, context),
            ],
          ),
        )
    }
  })

  function endings(): readonly (typeof ONCE | '')[] {
    return route.retry === undefined || pool === undefined ? [''] : ['', ONCE]
  }

  function filters(): readonly Directive[] {
    return [
      ...refuseAddresses(route.access, shared),
      ...limitRate(route, shared),
      ...askForUser(route.access, shared, context),
      ...tellExpiry(route, shared),
      ...compressResponses(route),
    ]
  }

  /**
   * `return` comes before nginx counts requests and asks for users. So where either is wanted there
   * is a location before this one, which has no such file and then comes here.
   */
  function answerAtOnce(
    mode: Mode,
    answer: readonly Directive[],
    ending = '',
  ): readonly Directive[] {
    const asked = name + ending + mode
    if (route.rateLimit === undefined && route.access?.basicAuth === undefined) {
      return [block(['location', asked], [...connectionMode(mode), ...filters(), ...answer])]
    }
    const passed = `${name}${ending}.passed${mode}`
    return [
      block(
        ['location', asked],
        [...connectionMode(mode), ...filters(), directive('try_files', '/dev/null/none', passed)],
      ),
      block(['location', passed], [...connectionMode(mode), ...answer]),
    ]
  }
}
