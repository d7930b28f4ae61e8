import fc from 'fast-check'
import type { Route } from '../../../src/model/view/view.ts'
import { routeOf } from './views.ts'

/** What of a request chooses its route. */
export interface RequestHead {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** The meaning of a view's routes, said as plainly as can be: the first in the list that matches. */
export function firstMatch(routes: readonly Route[], head: RequestHead): Route | undefined {
  return routes.find(
    (route) =>
      hostMatches(route.hostname, head.host) &&
      pathMatches(route.path, head.path) &&
      (route.method === undefined || route.method === head.method) &&
      route.headers.every(({ name, value }) => head.headers[name] === value),
  )
}

function hostMatches(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined) return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

function pathMatches({ type, value }: Route['path'], path: string): boolean {
  if (type === 'Exact' || path === value) return path === value
  return path.startsWith(value.endsWith('/') ? value : `${value}/`)
}

/** Few hosts, segments and values, so that routes overlap a lot. */
const HOSTS = ['a.test', 'b.a.test', 'c.b.a.test', 'x.test', 'other.example']
const PATTERNS = ['a.test', 'b.a.test', '*.a.test', '*.b.a.test', '*.test', 'x.test']
const SEGMENTS = ['a', 'b', 'ab', 'A']
const METHODS = ['GET', 'POST', 'DELETE']

const paths = fc
  .array(fc.constantFrom(...SEGMENTS), { maxLength: 3 })
  .map((segments) => `/${segments.join('/')}`)

const headerMatches = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('x-one', 'x-two'), value: fc.constantFrom('1', 'two', 'Two') }),
  { maxLength: 2, selector: ({ name }) => name },
)

/** Lists of routes in no particular order. Their ids are their places. */
export const routeTables: fc.Arbitrary<readonly Route[]> = fc
  .array(
    fc.record({
      hostname: fc.option(fc.constantFrom(...PATTERNS), { nil: undefined }),
      path: fc.record({
        type: fc.constantFrom('Exact' as const, 'PathPrefix' as const),
        value: paths,
      }),
      slash: fc.boolean(),
      method: fc.option(fc.constantFrom(...METHODS), { nil: undefined, freq: 2 }),
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, headerMatches),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((routes) =>
    routes.map(({ hostname, path, slash, method, headers }, index) =>
      routeOf('shop', {
        id: `r${index}`,
        ...(hostname === undefined ? {} : { hostname }),
        // Only an exact path may end with a slash.
        path: slash && path.type === 'Exact' ? { ...path, value: `${path.value}/` } : path,
        ...(method === undefined ? {} : { method }),
        headers,
      }),
    ),
  )

export const requestHeads: fc.Arbitrary<RequestHead> = fc.record({
  host: fc.constantFrom(...HOSTS),
  method: fc.constantFrom(...METHODS),
  path: fc.tuple(paths, fc.boolean()).map(([path, slash]) => (slash ? `${path}/` : path)),
  headers: headerMatches.map((headers) =>
    Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  ),
})
