import { ANSWERS } from '@zoogate/proxy/request-rules'
import type {
  Access,
  HeaderChanges,
  Listener,
  RateLimit,
  Redirect,
  Route,
  View,
} from '../../../model/view/view.ts'
import { answer } from './answer.ts'
import { addressAcl } from './client.ts'
import type { Directive } from './directive.ts'
import { userList } from './names.ts'
import { changePath } from './paths.ts'
import { quoteArgument, quoteLogFormat } from './quoting.ts'
import { isRoute } from './route-match.ts'
import { PEERS, rateTable } from './tables.ts'

/** Who is let in, how often, and as whom. The hash of a password is the dearest to check, so it is last. */
export function guards(route: Route): readonly Directive[] {
  const { access, rateLimit } = route
  return [
    ...(access === undefined ? [] : addresses(route, access)),
    ...(rateLimit === undefined ? [] : limitRate(route, rateLimit)),
    ...(access?.basicAuth === undefined ? [] : authenticate(route, access.basicAuth)),
  ]
}

function addresses(route: Route, { allow, deny }: Access): readonly Directive[] {
  const forbidden = (...condition: string[]) =>
    answer(403, ANSWERS.forbidden, ['if', ...isRoute(route), ...condition])
  const [denied, allowed] = [`deny-${route.id}`, `allow-${route.id}`]
  return [
    ...addressAcl(denied, 'src', deny),
    ...(deny.length === 0 ? [] : [forbidden(denied)]),
    ...addressAcl(allowed, 'src', allow),
    ...(allow.length === 0 ? [] : [forbidden(`!${allowed}`)]),
  ]
}

/**
 * What passes is counted, and what does not is not: a client that asks too often gets its share. A
 * header's values are told apart by their hash, however long they are; without the header there is
 * nobody to count.
 */
function limitRate(route: Route, limit: RateLimit): readonly Directive[] {
  const { key, requests } = limit
  const table = `${PEERS}/${rateTable(route, limit)}`
  const fetch = key.type === 'sourceIP' ? 'src' : `req.fhdr(${key.name}),digest(sha256)`
  const tracked = ['{', `sc0_tracked`, '}']
  return [
    ['http-request', 'track-sc0', fetch, 'table', table, 'if', ...isRoute(route)],
    answer(429, ANSWERS.tooManyRequests, [
      ...['if', ...isRoute(route), '{', 'sc0_gpc0_rate', 'ge', String(requests), '}'],
    ]),
    ['http-request', 'sc-inc-gpc0(0)', 'if', ...isRoute(route), ...tracked],
  ]
}

function authenticate(
  route: Route,
  { realm, users }: NonNullable<Access['basicAuth']>,
): readonly Directive[] {
  const quoted = quoteLogFormat(realm.replace(/["\\]/g, (character) => `\\${character}`))
  const unknown = ['!{', `http_auth(${userList(users)})`, '}']
  return [
    answer(
      401,
      ANSWERS.unauthorized,
      ['if', ...isRoute(route), ...unknown],
      [['WWW-Authenticate', `Basic realm="${quoted}"`]],
    ),
  ]
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const
type Scheme = keyof typeof DEFAULT_PORTS

/** Where the route is a redirect: its answer. The path is changed before, and the query stays. */
export function redirect(
  view: View,
  listener: Listener,
  route: Route,
  to: Redirect,
): readonly Directive[] {
  const { scheme, hostname, port, path, statusCode } = to
  const own: Scheme = listener.protocol === 'HTTPS' ? 'https' : 'http'
  const host = hostname === undefined ? '%[req.hdr(host),host_only]' : quoteLogFormat(hostname)
  const location = (through: Scheme, at: number | undefined) => {
    const target = scheme ?? through
    const shown = at === undefined || at === DEFAULT_PORTS[target] ? '' : `:${at}`
    return `${target}://${host}${shown}%[pathq]`
  }
  const line = (where: string, ...condition: string[]) => [
    ...['http-request', 'redirect', 'location', where, 'code', String(statusCode)],
    ...['if', ...isRoute(route), ...condition],
  ]
  const other: Scheme = own === 'http' ? 'https' : 'http'
  const believes = (view.clientAddress?.trustedProxies.length ?? 0) > 0
  return [
    ...(path === undefined ? [] : [[...changePath(route.path, path), 'if', ...isRoute(route)]]),
    // Where a proxy in front says that the client's scheme is another one, its port is not ours.
    ...(scheme === undefined && believes
      ? [line(location(other, port), '{', 'req.fhdr(x-forwarded-proto)', '-m', 'str', other, '}')]
      : []),
    line(location(own, port ?? (scheme === undefined ? listener.port : undefined))),
  ]
}

/** What the endpoint is sent in place of what the client wrote. */
export function rewrite(route: Route): readonly Directive[] {
  const { requestHeaders, rewrite: to } = route
  return [
    ...(requestHeaders === undefined ? [] : changeHeaders('http-request', route, requestHeaders)),
    ...(to?.path === undefined
      ? []
      : [[...changePath(route.path, to.path), 'if', ...isRoute(route)]]),
    ...(to?.hostname === undefined
      ? []
      : [
          [
            ...['http-request', 'set-header', 'Host', quoteLogFormat(to.hostname)],
            ...['if', ...isRoute(route)],
          ],
        ]),
  ]
}

/** In the order that the view has: remove, set, add. */
function changeHeaders(
  rules: 'http-request' | 'http-after-response',
  route: Route,
  { remove, set, add }: HeaderChanges,
): readonly Directive[] {
  const condition = ['if', ...isRoute(route)]
  return [
    ...remove.map((name) => [rules, 'del-header', name, ...condition]),
    ...set.map(({ name, value }) => [
      rules,
      'set-header',
      name,
      quoteLogFormat(value),
      ...condition,
    ]),
    ...(rules === 'http-request' && route.answer?.type === 'fastcgi'
      ? add.flatMap(({ name, value }) => addForProgram(name, value, condition))
      : add.map(({ name, value }) => [
          ...[rules, 'add-header', name, quoteLogFormat(value)],
          ...condition,
        ])),
  ]
}

/** CGI has one variable for all lines of a name, of which programs see but the last (RFC 3875, 4.1.18). */
function addForProgram(name: string, value: string, condition: Directive): readonly Directive[] {
  const own = `req.fhdr(${quoteArgument(name)})`
  const separator = name.toLowerCase() === 'cookie' ? '; ' : ', '
  const isThere = [own, '-m', 'found', '}']
  const set = (format: string) => ['http-request', 'set-header', name, format, ...condition]
  return [
    [...set(`%[${own}]${separator}${quoteLogFormat(value)}`), '{', ...isThere],
    [...set(quoteLogFormat(value)), '!{', ...isThere],
  ]
}

/** What the client is told beside the endpoint's own response. */
export function responseChanges(route: Route): readonly Directive[] {
  const { responseHeaders, expires } = route
  const seconds = expires === undefined ? 0 : Math.floor(expires.afterMs / 1_000)
  const has = (name: string) => ['{', `res.fhdr(${name})`, '-m', 'found', '}']
  const hasNot = (name: string) => has(name).with(0, '!{')
  const isGood = ['{', 'status', '200:399', '}']
  const ours = `max-age=${seconds}`
  const tell = (name: string, format: string, ...condition: string[]) => [
    ...['http-after-response', 'set-header', name, format, 'if', ...isRoute(route), ...condition],
  ]
  return [
    ...(expires === undefined
      ? []
      : [
          tell('Cache-Control', ours, ...hasNot('cache-control'), ...hasNot('expires'), ...isGood),
          tell(
            'Expires',
            `%[date(${seconds}),http_date]`,
            ...hasNot('expires'),
            ...isGood,
            ...[...['{', 'res.fhdr(cache-control)', '-m', 'str', ours, '}']],
          ),
        ]),
    ...(responseHeaders === undefined
      ? []
      : changeHeaders('http-after-response', route, responseHeaders)),
  ]
}
