import { compareText } from './resource.ts'
import type { Route } from './view.ts'

/** What the order of routes depends on. */
export type RoutePrecedence = Pick<Route, 'hostname' | 'path' | 'method' | 'headers'>

/**
 * The Gateway API's precedence (HTTPRoute, "matches" and "hostnames"), so that the first route that
 * matches a request is the most specific one: an exact host before a wildcard before any host, longer
 * ones first; then an exact path before a prefix, longer prefixes first; then a method; then more
 * headers. What is still equal keeps the order in which it was written (routes by name).
 */
export function compareRoutes(a: RoutePrecedence, b: RoutePrecedence): number {
  return (
    compareHostnames(a.hostname, b.hostname) ||
    Number(b.path.type === 'Exact') - Number(a.path.type === 'Exact') ||
    b.path.value.length - a.path.value.length ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    b.headers.length - a.headers.length
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
