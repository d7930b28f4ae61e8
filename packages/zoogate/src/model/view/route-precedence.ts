import { compareText } from '../resources/resource.ts'
import type { Route } from './view.ts'

/** What the order of routes depends on. */
export type RoutePrecedence = Pick<Route, 'hostname' | 'path' | 'method' | 'headers' | 'query'>

/** Where the Gateway API leaves it open: as nginx does, so that `/` does not hide every expression. */
const PATH_TYPES: readonly Route['path']['type'][] = ['Exact', 'RegularExpression', 'PathPrefix']

/**
 * The Gateway API's precedence (HTTPRoute, "matches" and "hostnames"), so that the first route that
 * matches a request is the most specific one: an exact host before a wildcard before any host, longer
 * ones first; then an exact path before a regular expression before a prefix, longer ones first; then
 * a method; then more headers; then more query parameters. What is still equal keeps the order in
 * which it was written (routes by name).
 */
export function compareRoutes(a: RoutePrecedence, b: RoutePrecedence): number {
  return (
    compareHostnames(a.hostname, b.hostname) ||
    PATH_TYPES.indexOf(a.path.type) - PATH_TYPES.indexOf(b.path.type) ||
    b.path.value.length - a.path.value.length ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    b.headers.length - a.headers.length ||
    (b.query?.length ?? 0) - (a.query?.length ?? 0)
  )
}

function compareHostnames(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  const wildcard = Number(a.startsWith('*.')) - Number(b.startsWith('*.'))
  // Equal lengths cannot both match one request; the text makes the order total all the same.
  return wildcard || b.length - a.length || compareText(a, b)
}
