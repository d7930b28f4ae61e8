import type { PathMatch, Route, ValueMatch } from '../../../model/view/view.ts'
import { queryLookahead } from '../../shared/target-pattern.ts'
import type { Directive } from './directive.ts'
import { quoteArgument } from './quoting.ts'

/** The request's host in lower case, without a port. */
const HOST = 'txn.zoogate_host'
/**
 * The path, percent-decoded so that no spelling gets around a route, with a slash behind it: a
 * prefix covers whole segments when it too ends in one. The endpoint is sent what the client wrote.
 */
export const PATH = 'txn.zoogate_path'
/** The id of the route that was chosen. */
export const ROUTE = 'txn.zoogate_route'

/** Finds the route of a request, and leaves its id in {@link ROUTE}: not set, there is none. */
export function matchRoutes(routes: readonly Route[]): readonly Directive[] {
  return [
    ['http-request', `set-var(${HOST})`, 'req.hdr(host),host_only,lower,rtrim(.)'],
    ['http-request', `set-var(${PATH})`, 'path,url_dec,concat(/)'],
    ...routes.flatMap(selectRoute),
  ]
}

/** A condition: the request is this route's. */
export function isRoute({ id }: Pick<Route, 'id'>): Directive {
  return ['{', `var(${ROUTE})`, '-m', 'str', '--', id, '}']
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
function routeConditions({
  id,
  hostname,
  path,
  method,
  headers,
  query = [],
}: Route): readonly Condition[] {
  const conditions: Condition[] = []
  const add = (kind: string, test: Directive) => conditions.push({ name: `${kind}-${id}`, test })
  const host = `var(${HOST})`
  if (hostname?.startsWith('*.')) add('host', [host, '-m', 'end', '--', hostname.slice(1)])
  else if (hostname !== undefined) add('host', [host, '-m', 'str', '--', hostname])
  const pathTest = testPath(path)
  if (pathTest !== undefined) add('path', pathTest)
  if (method !== undefined) add('method', ['method', '-m', 'str', '--', method])
  headers.forEach((match, index) => {
    add(`header${index}`, testValue(`req.fhdr(${quoteArgument(match.name)})`, match))
  })
  query.forEach((match, index) => {
    // Not by `url_param`: to HAProxy parameters are parted by `;` and `?` too.
    add(`query${index}`, ['query', '-m', 'reg', '--', `^${queryLookahead(match)}`])
  })
  return conditions
}

/** Undefined: every path. */
function testPath({ type, value }: PathMatch): Directive | undefined {
  switch (type) {
    case 'RegularExpression':
      return ['path,url_dec', '-m', 'reg', '--', anchored(value)]
    case 'Exact':
      return [`var(${PATH})`, '-m', 'str', '--', `${decodeURIComponent(value)}/`]
    case 'PathPrefix':
      if (value === '/') return undefined
      return [`var(${PATH})`, '-m', 'beg', '--', `${decodeURIComponent(value)}/`]
  }
}

function testValue(fetch: string, { value, type }: ValueMatch): Directive {
  if (type === 'RegularExpression') return [fetch, '-m', 'reg', '--', anchored(value)]
  // An empty word ends HAProxy's list of patterns, so that an empty value is asked by its length.
  return value === '' ? [fetch, '-m', 'len', '0'] : [fetch, '-m', 'str', '--', value]
}

/** The whole text: `$` would let a line feed follow. */
function anchored(expression: string): string {
  return String.raw`^(?:${expression})\z`
}
