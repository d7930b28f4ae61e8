import type { Route, View } from '../../model/view.ts'
import { destinationOf } from './destination.ts'
import { type Directive, rewriteDirective } from './directive.ts'
import { literalPattern } from './pattern.ts'
import { AUTHORITY, condition, rule } from './request-checks.ts'
import { drawnDestination } from './splits.ts'

/** Which balancer carries the request: a destination's name, or {@link NOBODY}. */
export const DESTINATION = '%{ENV:zoogate_destination}'
const NOBODY = '.'

/** One step of mod_rewrite: a rule with its conditions, or several of them. */
interface Step {
  readonly directives: readonly Directive[]
  readonly rules: number
}

/**
 * The routes of one listener, in order, as rules of mod_rewrite. The first that matches says what is
 * done, and skips the others. Routes of one host that follow one another (they mostly do) are skipped
 * at once by requests for other hosts.
 *
 * mod_rewrite compares the decoded path, byte by byte.
 */
export function routeRules(view: View, routes: readonly Route[]): readonly Directive[] {
  let behind = 0
  const printed: Directive[][] = []
  // From the last to the first, since each has to know how many rules come behind it.
  for (const group of groupsByHost(routes).reverse()) {
    const inner: Directive[][] = []
    let count = 0
    for (const route of [...group.routes].reverse()) {
      const step = routeStep(view, route, behind)
      inner.unshift([...step.directives])
      count += step.rules
      behind += step.rules
    }
    if (group.hostname !== undefined) {
      inner.unshift([
        condition(AUTHORITY, `!${hostPattern(group.hostname)}`, 'NC'),
        rule(`S=${count}`),
      ])
      behind += 1
    }
    printed.unshift(inner.flat())
  }
  return printed.flat()
}

interface Group {
  readonly hostname: string | undefined
  readonly routes: Route[]
}

function groupsByHost(routes: readonly Route[]): Group[] {
  const groups: Group[] = []
  for (const route of routes) {
    const last = groups.at(-1)
    if (last !== undefined && last.hostname === route.hostname) last.routes.push(route)
    else groups.push({ hostname: route.hostname, routes: [route] })
  }
  return groups
}

/** Of an authority: the name with a final dot, or a port, behind it. */
function hostPattern(hostname: string): string {
  const name = hostname.startsWith('*.')
    ? `[^:]+${literalPattern(hostname.slice(1))}`
    : literalPattern(hostname)
  return `^${name}\\.?(?::[0-9]*)?$`
}

/** @param behind how many rules are skipped once this route has matched */
function routeStep(view: View, route: Route, behind: number): Step {
  const conditions = [
    ...(route.method === undefined
      ? []
      : [condition('%{REQUEST_METHOD}', `^${literalPattern(route.method)}$`)]),
    ...route.headers.map(({ name, value }) =>
      condition(`%{HTTP:${name}}`, `^${literalPattern(value)}$`),
    ),
  ]
  const skip = behind === 0 ? '' : `,S=${behind}`
  const flags = `E=zoogate_destination:${destinationText(view, route)}${skip}`
  return {
    directives: [
      ...conditions,
      rewriteDirective('RewriteRule', pathPattern(route.path), '-', `[${flags}]`),
    ],
    rules: 1,
  }
}

/** Of a decoded path. */
function pathPattern({ type, value }: Route['path']): string {
  const decoded = decodeURIComponent(value)
  if (type === 'Exact') return `^${literalPattern(decoded)}$`
  return decoded === '/' ? '^/' : `^${literalPattern(decoded)}(?:/|$)`
}

function destinationText(view: View, route: Route): string {
  const shares = sharesOf(view, route)
  const [first, second] = shares
  if (first === undefined) return NOBODY
  if (second === undefined) return first.name
  return drawnDestination(shares)
}

export interface Share {
  readonly name: string
  readonly weight: number
}

/** Where a route's requests go, by what share. */
export function sharesOf(view: View, { backends, timeouts }: Route): readonly Share[] {
  return backends
    .filter(({ service, weight }) => weight > 0 && view.services.has(service))
    .map(({ service, weight }) => ({ name: destinationOf(service, timeouts).name, weight }))
}

/** What becomes of a request once the routes were asked. */
export function carryOut(): readonly Directive[] {
  return [
    condition(DESTINATION, '^$'),
    rule('R=404'),
    condition(DESTINATION, `^${literalPattern(NOBODY)}$`),
    rule('R=503'),
    // The endpoint is sent the path in the client's own bytes, which may be missing from a URL.
    condition('%{ENV:zoogate_target}', '^(?:[Hh][^/]*//[^/?]*)?(/.*)$'),
    rewriteDirective('RewriteRule', '^', `balancer://${DESTINATION}%1`, '[P,NE,UnsafeAllow3F]'),
    condition('%{ENV:zoogate_target}', '^[^/]*//[^/?]*(.*)$'),
    rewriteDirective('RewriteRule', '^', `balancer://${DESTINATION}/%1`, '[P,NE,UnsafeAllow3F]'),
  ]
}
