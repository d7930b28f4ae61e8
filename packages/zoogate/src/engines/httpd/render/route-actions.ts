import { HOST_OF_NOBODY } from '@zoogate/proxy/request-rules'
import type { Access, PathChange, Redirect, Route } from '../../../model/view/view.ts'
import { segmentsPattern } from '../../shared/target-pattern.ts'
import { encodePath } from '../../shared/url-path.ts'
import { saysScheme } from './client-address.ts'
import { silenceOf } from './destination.ts'
import type { Directive } from './directive.ts'
import { httpdNetworks } from './networks.ts'
import { literalText } from './pattern.ts'
import { AUTHORITY, condition, PATH, SEARCH } from './request-checks.ts'
import { cacheActions } from './route-cache.ts'
import { fastCgiActions, fastCgiDestination, fastCgiServer } from './route-fastcgi.ts'
import { cgiActions, staticActions } from './route-files.ts'
import { type Cache, VARIABLES } from './route-settings.ts'
import type { RoutesContext } from './routes.ts'

/** A rule that a request comes by once its route has matched. */
export interface Action {
  readonly conditions?: readonly Directive[]
  /** Of the decoded path. Absent: any. */
  readonly pattern?: string
  /** Absent: the path stays. */
  readonly target?: string
  readonly flags: readonly string[]
}

export interface RouteActions {
  /** What is set for later, as flags. */
  readonly variables: readonly string[]
  readonly actions: readonly Action[]
  /** Where it goes if not to a Service. */
  readonly destination?: string
}

export function routeActions(route: Route, context: RoutesContext): RouteActions {
  const { access, answer, rewrite } = route
  const server =
    answer?.type === 'fastcgi'
      ? context.settings.servers.number(fastCgiServer(answer, route))
      : undefined
  return {
    ...(server === undefined ? {} : { destination: fastCgiDestination(server) }),
    variables: [
      ...variables(route, context),
      ...(server === undefined ? [] : [`E=${VARIABLES.server}:${server}`]),
    ],
    actions: [
      ...refuseAddresses(access),
      ...(route.cache === undefined ? [] : cacheActions(context.drainFlag)),
      ...(rewrite?.path === undefined ? [] : changePath(rewrite.path, route)),
      ...answerActions(route, context),
    ],
  }
}

function answerActions(route: Route, context: RoutesContext): readonly Action[] {
  const { answer } = route
  switch (answer?.type) {
    case 'redirect':
      return redirect(answer, route, context)
    case 'static':
      return staticActions(answer, route, context.scheme)
    case 'fastcgi':
      return fastCgiActions(answer, route)
    case 'cgi':
      return cgiActions(answer, route)
    default:
      return []
  }
}

function variables(route: Route, { settings }: RoutesContext): readonly string[] {
  const {
    requestHeaders: headers,
    responseHeaders,
    rewrite,
    access,
    cache,
    expires,
    compress,
  } = route
  const { answer, timeouts } = route
  const hostname = rewrite?.hostname
  const silence = silenceOf(timeouts)
  const set = (variable: keyof typeof VARIABLES, number: number | undefined) =>
    number === undefined ? [] : [`E=${VARIABLES[variable]}:${number}`]
  return [
    ...set(
      'request',
      headers === undefined && hostname === undefined
        ? undefined
        : settings.requests.number({
            ...(hostname === undefined ? {} : { hostname }),
            ...(headers === undefined ? {} : { headers }),
            ...(answer === undefined ? {} : { oneLine: true as const }),
          }),
    ),
    ...set('look', responseHeaders && settings.looks.number(responseHeaders)),
    ...set('users', access?.basicAuth && settings.users.number(access.basicAuth)),
    ...set('expiry', expires && settings.expiries.number(Math.floor(expires.afterMs / 1_000))),
    ...(cache === undefined ? [] : set('cache', settings.caches.number(cacheOf(route, cache)))),
    ...set(
      'silence',
      answer?.type !== 'cgi' || silence === undefined
        ? undefined
        : settings.silences.number(silence),
    ),
    ...set('compression', compress && settings.compressions.number(compress.types)),
  ]
}

function cacheOf(route: Route, { maxAgeMs }: NonNullable<Route['cache']>): Cache {
  const { id: _, listeners, hostname, headers, method, query, access, timeouts, ...way } = route
  return { seconds: Math.ceil(maxAgeMs / 1_000), way }
}

/** Whom a route does not let in by address: nobody of `deny`, and nobody outside of `allow`. */
function refuseAddresses(access: Access | undefined): readonly Action[] {
  if (access === undefined) return []
  const allow = httpdNetworks(access.allow)
  const deny = httpdNetworks(access.deny)
  const isIn = (network: string) => `%{REMOTE_ADDR} -ipmatch '${network}'`
  return [
    {
      conditions: deny.map((network, index) =>
        condition('expr', isIn(network), index < deny.length - 1 ? 'OR' : undefined),
      ),
      flags: ['R=403'],
    },
    {
      conditions: allow.map((network) => condition('expr', `! (${isIn(network)})`)),
      flags: ['R=403'],
    },
  ].filter(({ conditions }) => conditions.length > 0)
}

/**
 * The path in place of the client's. What stays behind a prefix stays in the client's own spelling,
 * however the prefix was spelled.
 */
function changePath({ type, value }: PathChange, { path }: Route): readonly Action[] {
  const text = literalText(encodePath(value))
  if (type === 'ReplaceFullPath') return [setPath([condition(text, '^(.*)$')])]
  const prefix = text.replace(/\/+$/, '')
  return [
    setPath([
      condition(PATH, `^${segmentsPattern(path.value)}(/.*)?$`),
      condition(`${prefix}%1`, '^(.*)$'),
    ]),
    ...(prefix === ''
      ? [{ conditions: [condition(PATH, '^$')], flags: ['E=zoogate_path:/'] }]
      : []),
  ]
}

/** To what the last of the conditions found. */
function setPath(conditions: readonly Directive[]): Action {
  return { conditions, flags: ['E=zoogate_path:%1'] }
}

const PORTS = { http: 80, https: 443 } as const

function redirect(
  { scheme, hostname, port, path, statusCode }: Redirect,
  route: Route,
  context: RoutesContext,
): readonly Action[] {
  const host = hostname ?? '%{ENV:zoogate_hostname}'
  const to = (through: 'http' | 'https', at: number | undefined): Action => {
    const ending = at === undefined || at === PORTS[through] ? '' : `:${at}`
    return {
      target: `${through}://${host}${ending}${PATH}${SEARCH}`,
      flags: [`R=${statusCode}`, 'NE', 'UnsafeAllow3F', 'END'],
    }
  }
  const other = context.scheme === 'http' ? 'https' : 'http'
  // Where a proxy in front says that the client's scheme is another one, its port is not ours.
  const said = scheme === undefined ? saysScheme(context.view, other) : undefined
  return [
    ...(hostname === undefined ? setHostname() : []),
    ...(path === undefined ? [] : changePath(path, route)),
    ...(said === undefined ? [] : [{ conditions: said, ...to(other, port) }]),
    scheme === undefined ? to(context.scheme, port ?? context.port) : to(scheme, port),
  ]
}

/** The name, or address, that was asked for, without a port. */
function setHostname(): readonly Action[] {
  return [
    { flags: [`E=zoogate_hostname:${HOST_OF_NOBODY}`] },
    {
      conditions: [condition(AUTHORITY, '^(\\[[^\\]]*\\]|[^:]+)')],
      flags: ['E=zoogate_hostname:%1'],
    },
  ]
}
