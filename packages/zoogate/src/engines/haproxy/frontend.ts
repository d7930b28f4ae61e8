import type { Listener, Route, View } from '../../model/view.ts'
import type { Directive, Section } from './directive.ts'
import type { HaproxyHost } from './host.ts'
import { addressAndPort, backendName, frontendName } from './names.ts'
import { quoteArgument } from './quoting.ts'

/** Milliseconds that the endpoint has for its answer: set by the route, used by the backend. */
export const TIMEOUT_VARIABLE = 'txn.zoogate_timeout'

const HOST = 'txn.zoogate_host'
/**
 * The path, percent-decoded so that no spelling gets around a route, with a slash behind it: a
 * prefix covers whole segments when it too ends in one. The endpoint is sent what the client wrote.
 */
const PATH = 'txn.zoogate_path'
const ROUTE = 'txn.zoogate_route'
const DRAW = 'txn.zoogate_draw'

/**
 * Clients resolve `.` and `..` before they send a path (RFC 3986 section 5.2.4). HAProxy does not,
 * endpoints may: what one route covers would reach what another one does.
 */
const DOT_SEGMENTS = 'the path has "." or ".." as a segment\n'
const NO_ROUTE = 'no route matches\n'
const NO_BACKEND = 'the route has no backend\n'

/** The frontend section of one listener: which request goes to which backend. */
export function frontendSection(view: View, listener: Listener, host: HaproxyHost): Section {
  const routes = view.routes.filter(({ listeners }) => listeners.includes(listener.name))
  return {
    heading: ['frontend', frontendName(listener.name)],
    directives: [
      ...binds(listener, host),
      ['maxconn', String(view.concurrency.maxConnections)],
      ...forwardedHeaders(),
      ['http-request', `set-var(${HOST})`, 'req.hdr(host),host_only,lower,rtrim(.)'],
      ['http-request', `set-var(${PATH})`, 'path,url_dec,concat(/)'],
      answer(400, DOT_SEGMENTS, ['if', '{', `var(${PATH})`, '-m', 'sub', '--', '/../', '/./', '}']),
      ...routes.flatMap(selectRoute),
      answer(404, NO_ROUTE, ['unless', '{', `var(${ROUTE})`, '-m', 'found', '}']),
      ...routes.flatMap(setTimeout),
      ...routes.flatMap(chooseBackend),
    ],
  }
}

function binds({ address, port }: Listener, host: HaproxyHost): readonly Directive[] {
  if (address !== '*') return [['bind', addressAndPort(address, port)]]
  // One socket for each family: on a shared one, IPv4 clients would be known as ::ffff:10.0.0.1.
  const ipv4 = ['bind', `0.0.0.0:${port}`]
  return host.ipv6 ? [ipv4, ['bind', `[::]:${port}`, 'v6only']] : [ipv4]
}

/** What the client says of itself is replaced by what is seen of it. */
function forwardedHeaders(): readonly Directive[] {
  const set = (...words: string[]) => ['http-request', 'set-header', ...words]
  const isIpv6 = ['{', 'src', '-m', 'sub', ':', '}']
  return [
    set('X-Forwarded-For', '%[src]'),
    set('X-Forwarded-Proto', 'http'),
    set('X-Forwarded-Host', '%[req.hdr(host)]'),
    set('Forwarded', 'for=%[src];proto=http', 'unless', ...isIpv6),
    set('Forwarded', 'for="[%[src]]";proto=http', 'if', ...isIpv6),
  ]
}

/** Routes are asked in their order; the first that matches leaves its id, and ends the search. */
function selectRoute(route: Route): readonly Directive[] {
  const conditions = routeConditions(route)
  return [
    ...conditions.map(({ name, test }) => ['acl', name, ...test]),
    [
      ...['http-request', `set-var(${ROUTE})`, `str(${quoteArgument(route.id)})`],
      ...['if', '!{', `var(${ROUTE})`, '-m', 'found', '}'],
      ...conditions.map(({ name }) => name),
    ],
  ]
}

interface Condition {
  readonly name: string
  /** A fetch, how it is compared, and with what: the value always last, after `--`. */
  readonly test: Directive
}

/**
 * The conditions of a route, each under a name: an anonymous one would end at a value that is `}`.
 * All of them must hold.
 */
function routeConditions({ id, hostname, path, method, headers }: Route): readonly Condition[] {
  const conditions: Condition[] = []
  const add = (kind: string, ...test: string[]) => conditions.push({ name: `${kind}-${id}`, test })
  if (hostname?.startsWith('*.')) add('host', `var(${HOST})`, '-m', 'end', '--', hostname.slice(1))
  else if (hostname !== undefined) add('host', `var(${HOST})`, '-m', 'str', '--', hostname)
  const compare = path.type === 'Exact' ? 'str' : 'beg'
  const isRoot = path.type === 'PathPrefix' && path.value === '/'
  if (!isRoot)
    add('path', `var(${PATH})`, '-m', compare, '--', `${decodeURIComponent(path.value)}/`)
  if (method !== undefined) add('method', 'method', '-m', 'str', '--', method)
  headers.forEach(({ name, value }, index) => {
    const fetch = `req.fhdr(${quoteArgument(name)})`
    // An empty word ends HAProxy's list of patterns, so that an empty value is asked by its length.
    if (value === '') add(`header${index}`, fetch, '-m', 'len', '0')
    else add(`header${index}`, fetch, '-m', 'str', '--', value)
  })
  return conditions
}

function isRoute({ id }: Route): Directive {
  return ['{', `var(${ROUTE})`, '-m', 'str', '--', id, '}']
}

/**
 * The server timeout is HAProxy's only one that a request can set. It covers the wait for the
 * response's head, and each silence in its body; connecting has `timeout connect`.
 */
function setTimeout(route: Route): readonly Directive[] {
  const { requestMs = Infinity, backendRequestMs = Infinity } = route.timeouts
  const timeoutMs = Math.min(requestMs, backendRequestMs)
  if (timeoutMs === Infinity) return []
  const value = `int(${timeoutMs})`
  return [['http-request', `set-var(${TIMEOUT_VARIABLE})`, value, 'if', ...isRoute(route)]]
}

/** By weight, one random number for each request. */
function chooseBackend(route: Route): readonly Directive[] {
  const backends = route.backends.filter(({ weight }) => weight > 0)
  const last = backends.at(-1)
  if (last === undefined) return [answer(503, NO_BACKEND, ['if', ...isRoute(route)])]
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  let upTo = 0
  const others = backends.slice(0, -1).map(({ service, weight }) => {
    upTo += weight
    const drawn = ['{', `var(${DRAW})`, '-m', 'int', 'lt', String(upTo), '}']
    return ['use_backend', backendName(service), 'if', ...isRoute(route), ...drawn]
  })
  return [
    ...(others.length === 0
      ? []
      : [['http-request', `set-var(${DRAW})`, `rand(${total})`, 'if', ...isRoute(route)]]),
    ...others,
    ['use_backend', backendName(last.service), 'if', ...isRoute(route)],
  ]
}

function answer(status: number, text: string, condition: Directive): Directive {
  return [
    ...['http-request', 'return', 'status', String(status)],
    ...['content-type', 'text/plain', 'string', text, ...condition],
  ]
}
