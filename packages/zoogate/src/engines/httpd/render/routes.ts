import type { Route, View } from '../../../model/view/view.ts'
import { destinationOf } from './destination.ts'
import { type Directive, rewriteDirective } from './directive.ts'
import { literalPattern } from './pattern.ts'
import { AUTHORITY, condition, PATH, rule, SEARCH } from './request-checks.ts'
import { type Action, routeActions } from './route-actions.ts'
import { hostPattern, pathPattern, routeConditions } from './route-match.ts'
import type { RouteSettings } from './route-settings.ts'
import { drawnDestination } from './splits.ts'

/** Which balancer carries the request: a destination's name, or {@link NOBODY}. */
export const DESTINATION = '%{ENV:zoogate_destination}'
const NOBODY = '.'

export interface RoutesContext {
  readonly view: View
  readonly scheme: 'http' | 'https'
  readonly port: number
  /** While there is this file, clients' connections are closed. */
  readonly drainFlag: string
  /** What the routes say for later is gathered here. */
  readonly settings: RouteSettings
}

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
export function routeRules(routes: readonly Route[], context: RoutesContext): readonly Directive[] {
  let behind = 0
  const printed: Directive[][] = []
  // From the last to the first, since each has to know how many rules come behind it.
  for (const group of groupsByHost(routes).reverse()) {
    const inner: Directive[][] = []
    let count = 0
    for (const route of [...group.routes].reverse()) {
      const step = routeStep(route, behind, context)
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

/** @param behind how many rules are skipped once this route has matched */
function routeStep(route: Route, behind: number, context: RoutesContext): Step {
  const { variables, actions, destination } = routeActions(route, context)
  const conditions = routeConditions(route)
  const path = pathPattern(route.path)
  const chosen = [
    `E=zoogate_destination:${destination ?? destinationText(context.view, route)}`,
    ...variables,
    ...(behind === 0 ? [] : [`S=${behind}`]),
  ]
  if (actions.length === 0) {
    const matched = rewriteDirective('RewriteRule', path, '-', `[${chosen.join(',')}]`)
    return { directives: [...conditions, matched], rules: 1 }
  }
  return {
    directives: [
      ...conditions,
      rewriteDirective('RewriteRule', path, '-', `[${[...variables, 'S=1'].join(',')}]`),
      rule(`S=${actions.length + 1}`),
      ...actions.flatMap(printAction),
      rule(chosen.join(',')),
    ],
    rules: actions.length + 3,
  }
}

function printAction({ conditions = [], pattern, target, flags }: Action): readonly Directive[] {
  const words = [pattern ?? '^', target ?? '-', `[${flags.join(',')}]`]
  return [...conditions, rewriteDirective('RewriteRule', ...words)]
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
    rewriteDirective(
      'RewriteRule',
      '^',
      `balancer://${DESTINATION}${PATH}${SEARCH}`,
      '[P,NE,UnsafeAllow3F]',
    ),
  ]
}
