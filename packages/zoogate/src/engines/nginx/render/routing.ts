import { asciiCodes, hasBeyondAscii } from '../../../model/values/character-set.ts'
import { readRegularExpression } from '../../../model/values/regular-expression.ts'
import type { RegularExpression } from '../../../model/values/regular-expression-parser.ts'
import type { Route } from '../../../model/view/view.ts'
import { isConditional } from './condition.ts'

/**
 * The view's routes are one list, and the first that matches carries the request. nginx chooses
 * otherwise: a server by the most specific name, then a location by the longest path. The two agree
 * when every server and every location knows, in order, all the routes that could match what reaches
 * it. That is what this file works out: for each server name the routes of less specific hosts too,
 * and for each location those of shorter prefixes, and those whose regular expression may match there.
 *
 * Paths are compared as nginx normalises them: percent-decoded, `.` and `..` resolved, `//` kept. So
 * `/%61pp` and `/x/../app` are `/app`, and no spelling gets around a route. The endpoint is sent the
 * path as the client wrote it.
 */
export interface VirtualServer {
  /** Undefined: the listener's default server, for all hosts that no other names. */
  readonly hostname?: string
  readonly locations: readonly Location[]
}

export interface Location {
  readonly type: 'exact' | 'prefix'
  /** Decoded. A prefix ends with `/`. */
  readonly path: string
  /**
   * The routes that a request here can match, in order; all match its host and path, but for those by
   * regular expression, which may. Ends with the first that asks for nothing more. Never empty.
   */
  readonly candidates: readonly Route[]
}

/**
 * The servers of one listener, given the routes that are attached to it. The default one is last.
 * @param further names that shall have a server of their own, beside those of the routes
 */
export function virtualServers(
  routes: readonly Route[],
  further: readonly string[] = [],
): readonly VirtualServer[] {
  const hostnames = new Set([
    ...routes.map((route) => route.hostname).filter((name) => name !== undefined),
    ...further,
  ])
  const named = [...hostnames].sort().map((hostname) => ({
    hostname,
    locations: locationsOf(routes.filter((route) => coversHost(route.hostname, hostname))),
  }))
  return [...named, { locations: locationsOf(routes.filter((r) => r.hostname === undefined)) }]
}

/** Whether every host that `name` (exact or `*.x`) stands for is one that `pattern` stands for. */
function coversHost(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined || pattern === name) return true
  return pattern.startsWith('*.') && name.endsWith(pattern.slice(1))
}

function locationsOf(routes: readonly Route[]): readonly Location[] {
  const index = new PathIndex(routes)
  const locations: Location[] = []
  for (const path of index.paths()) {
    // The root's prefix is the location `/` itself; any other needs one for the path alone too.
    if (path !== '/' || index.hasExact(path)) {
      locations.push({ type: 'exact', path, candidates: index.matching(path, 'exact') })
    }
    if (index.hasPrefix(path)) {
      const prefix = path === '/' ? '/' : `${path}/`
      locations.push({ type: 'prefix', path: prefix, candidates: index.matching(path, 'prefix') })
    }
  }
  return locations
}

interface Ranked {
  readonly rank: number
  readonly route: Route
}

/** Routes by decoded path, so that each location finds its own without reading the whole list. */
class PathIndex {
  readonly #exact = new Map<string, Ranked[]>()
  readonly #prefix = new Map<string, Ranked[]>()
  readonly #expressions: (Ranked & { readonly begin: string })[] = []

  constructor(routes: readonly Route[]) {
    routes.forEach((route, rank) => {
      if (route.path.type === 'RegularExpression') {
        const begin = literalPrefix(readRegularExpression(route.path.value))
        this.#expressions.push({ rank, route, begin })
        return
      }
      const byPath = route.path.type === 'Exact' ? this.#exact : this.#prefix
      const path = decodePath(route.path.value)
      const same = byPath.get(path)
      if (same === undefined) byPath.set(path, [{ rank, route }])
      else same.push({ rank, route })
    })
  }

  paths(): readonly string[] {
    const everywhere = this.#expressions.length === 0 ? [] : ['/']
    return [...new Set([...this.#exact.keys(), ...this.#prefix.keys(), ...everywhere])].sort()
  }

  hasExact(path: string): boolean {
    return this.#exact.has(path)
  }

  hasPrefix(path: string): boolean {
    return this.#prefix.has(path) || (path === '/' && this.#expressions.length > 0)
  }

  /** Of `exact`: routes that match the path; of `prefix`: those that match all that lies below it. */
  matching(path: string, type: Location['type']): readonly Route[] {
    const found = type === 'exact' ? [...(this.#exact.get(path) ?? [])] : []
    for (const prefix of prefixesOf(path)) found.push(...(this.#prefix.get(prefix) ?? []))
    for (const { rank, route, begin } of this.#expressions) {
      const couldMatch =
        path.startsWith(begin) || (type === 'prefix' && begin.startsWith(asFolder(path)))
      if (couldMatch) found.push({ rank, route })
    }
    const ordered = found.sort((a, b) => a.rank - b.rank).map(({ route }) => route)
    const last = ordered.findIndex((route) => !isConditional(route))
    return last < 0 ? ordered : ordered.slice(0, last + 1)
  }
}

/** What every text that it matches begins with, as far as that is plain to see. */
function literalPrefix(expression: RegularExpression): string {
  const parts = expression.type === 'sequence' ? expression.of : [expression]
  let prefix = ''
  for (const part of parts) {
    if (part.type !== 'characters' || hasBeyondAscii(part.set)) break
    const [code, ...more] = asciiCodes(part.set)
    if (code === undefined || more.length > 0) break
    prefix += String.fromCharCode(code)
  }
  return prefix
}

function asFolder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}

/** The prefixes, by whole segments, that cover a path: of `/a/b`: `/`, `/a`, `/a/b`. */
function prefixesOf(path: string): readonly string[] {
  const prefixes = ['/']
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    prefixes.push(path.slice(0, slash))
  }
  if (path !== '/') prefixes.push(path)
  return prefixes
}

/**
 * A path of the view as nginx compares it.
 * @throws URIError for a path that does not decode to text
 */
export function decodePath(path: string): string {
  return decodeURIComponent(path)
}
