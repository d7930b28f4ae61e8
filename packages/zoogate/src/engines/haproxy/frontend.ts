import {
  ANSWERS,
  HEADERS_OF_OURS,
  HOP_BY_HOP_HEADERS,
  HOST_OF_NOBODY,
  HOST as HOST_PATTERN,
  REFUSED_IN_TARGET,
  TARGET_FORM,
  UNUSUAL_HEADER_NAME,
} from '@zoogate/proxy/request-rules'
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

/** HAProxy keeps the framing's own headers in order by itself, and needs them for a WebSocket. */
const FRAMING: readonly string[] = ['connection', 'transfer-encoding', 'upgrade']
const HOP_BY_HOP = HOP_BY_HOP_HEADERS.filter((name) => !FRAMING.includes(name))
const HAS_HOST = ['{', 'req.fhdr(host)', '-m', 'found', '}']

/** The frontend section of one listener: which request goes to which backend. */
export function frontendSection(view: View, listener: Listener, host: HaproxyHost): Section {
  const routes = view.routes.filter(({ listeners }) => listeners.includes(listener.name))
  return {
    heading: ['frontend', frontendName(listener.name)],
    directives: [
      ...binds(listener, host),
      ['maxconn', String(view.concurrency.maxConnections)],
      ...refuseRequests(),
      ...forwardedHeaders(),
      ['http-request', `set-var(${HOST})`, 'req.hdr(host),host_only,lower,rtrim(.)'],
      ['http-request', `set-var(${PATH})`, 'path,url_dec,concat(/)'],
      ...routes.flatMap(selectRoute),
      answer(404, ANSWERS.noRoute, ['unless', '{', `var(${ROUTE})`, '-m', 'found', '}']),
      ...routes.flatMap(setTimeout),
      ...routes.flatMap(chooseBackend),
      ['http-response', 'del-header', anyOf(HOP_BY_HOP), '-m', 'reg'],
      ['http-response', 'del-header', 'Upgrade', 'unless', '{', 'status', '101', '}'],
    ],
  }
}

function binds({ address, port }: Listener, host: HaproxyHost): readonly Directive[] {
  if (address !== '*') return [['bind', addressAndPort(address, port)]]
  // One socket for each family: on a shared one, IPv4 clients would be known as ::ffff:10.0.0.1.
  const ipv4 = ['bind', `0.0.0.0:${port}`]
  return host.ipv6 ? [ipv4, ['bind', `[::]:${port}`, 'v6only']] : [ipv4]
}

/** What no engine of ours carries: see `request-rules.ts`. HAProxy has refused bad framing before. */
function refuseRequests(): readonly Directive[] {
  const isHttp10 = ['{', 'req.ver', '1.0', '}']
  const hasOneHost = ['{', 'req.fhdr_cnt(host)', 'eq', '1', '}']
  const hostIsGood = ['{', 'req.fhdr(host)', '-m', 'reg', '--', HOST_PATTERN, '}']
  const isPath = ['{', 'url', '-m', 'beg', '/', '}']
  const bad = (...condition: string[]) => answer(400, ANSWERS.badRequest, condition)
  return [
    bad('unless', '{', 'url', '-m', 'reg', '-i', '--', TARGET_FORM, '}'),
    bad('if', '{', 'pathq', '-m', 'reg', '-i', '--', REFUSED_IN_TARGET, '}'),
    bad('unless', ...hasOneHost, 'or', ...isHttp10),
    bad('if', ...isHttp10, '{', 'req.fhdr(transfer-encoding)', '-m', 'found', '}'),
    bad('if', ...HAS_HOST, ...hostIsGood.with(0, '!{')),
    // Of a URL the endpoint is sent the path. HAProxy has seen that its host is Host.
    [
      'http-request',
      'set-uri',
      '%[pathq]',
      'unless',
      ...isPath,
      'or',
      '!{',
      'pathq',
      '-m',
      'beg',
      '/',
      '}',
    ],
    ['http-request', 'set-uri', '/%[pathq]', 'unless', ...isPath],
    answer(405, ANSWERS.methodNotAllowed, ['if', '{', 'method', 'TRACE', 'CONNECT', '}']),
  ]
}

/** What the client says of itself is replaced by what is seen of it. HAProxy has names in lower case. */
function forwardedHeaders(): readonly Directive[] {
  const set = (...words: string[]) => ['http-request', 'set-header', ...words]
  const webSocket = ['{', 'req.hdr(upgrade)', '-i', 'websocket', '}']
  const isIpv6 = ['{', 'src', '-m', 'sub', ':', '}']
  return [
    ['http-request', 'del-header', UNUSUAL_HEADER_NAME, '-m', 'reg'],
    ['http-request', 'del-header', anyOf([...HOP_BY_HOP, ...HEADERS_OF_OURS]), '-m', 'reg'],
    // Any other protocol would carry requests past every route.
    ['http-request', 'del-header', 'Upgrade', 'unless', ...webSocket],
    set('X-Forwarded-For', '%[src]'),
    set('X-Forwarded-Proto', 'http'),
    set('X-Forwarded-Host', '%[req.fhdr(host)]', 'if', ...HAS_HOST),
    set('Host', HOST_OF_NOBODY, 'unless', ...HAS_HOST),
    set('Forwarded', 'for=%[src];proto=http', 'unless', ...isIpv6),
    set('Forwarded', 'for="[%[src]]";proto=http', 'if', ...isIpv6),
  ]
}

/** A regular expression for any of these header names. */
function anyOf(names: readonly string[]): string {
  return `^(?:${names.join('|')})$`
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
  if (last === undefined) return [answer(503, ANSWERS.unavailable, ['if', ...isRoute(route)])]
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
