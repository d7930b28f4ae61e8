import type { RouteConfig } from './config.ts'
import { lowerCaseName } from './hop-by-hop.ts'
import { hostnameMatches, normalizedHostname } from './hostname.ts'

/** Hostnames whose candidates are remembered. Clients choose hostnames, so the memory is bounded. */
const REMEMBERED_HOSTNAMES_MAX = 1_000

export interface RoutedRequest {
  readonly method: string
  readonly host: string
  /** Origin form, query included. */
  readonly path: string
  readonly rawHeaders: readonly string[]
}

/**
 * The routes of one listener, immutable. A structure change makes a new table; requests under way
 * keep the route that they found.
 */
export class RoutingTable<R extends RouteConfig = RouteConfig> {
  readonly #routes: readonly Compiled<R>[]
  readonly #byHostname = new Map<string, readonly Compiled<R>[]>()

  /** In order of precedence. */
  constructor(routes: readonly R[]) {
    this.#routes = routes.map((route) => ({
      route,
      path: decodedBytes(bytesOf(route.path.value)),
      headers: route.headers.map(({ name, value }) => ({ name, value: bytesOf(value) })),
    }))
  }

  /** The first route that matches. Paths are compared percent-decoded, byte by byte. */
  match(request: RoutedRequest): R | undefined {
    const query = request.path.indexOf('?')
    const path = decodedBytes(query < 0 ? request.path : request.path.slice(0, query))
    for (const { route, path: wanted, headers } of this.#candidates(
      normalizedHostname(request.host),
    )) {
      if (route.method !== undefined && route.method !== request.method) continue
      if (!pathMatches({ type: route.path.type, value: wanted }, path)) continue
      if (headers.length > 0 && !headersMatch(headers, request.rawHeaders)) continue
      return route
    }
    return undefined
  }

  #candidates(hostname: string): readonly Compiled<R>[] {
    const known = this.#byHostname.get(hostname)
    if (known !== undefined) return known
    const candidates = this.#routes.filter(({ route }) => hostnameMatches(route.hostname, hostname))
    if (this.#byHostname.size >= REMEMBERED_HOSTNAMES_MAX) this.#byHostname.clear()
    this.#byHostname.set(hostname, candidates)
    return candidates
  }
}

interface Compiled<R> {
  readonly route: R
  /** Decoded, as {@link decodedBytes}. */
  readonly path: string
  /** As Node.js gives those of a request: a character for each byte. */
  readonly headers: RouteConfig['headers']
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** A path without percent-encoding, a character for each byte: bytes need not be text. */
function decodedBytes(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** A prefix covers whole segments, as in the Gateway API. */
export function pathMatches(match: RouteConfig['path'], path: string): boolean {
  const { value } = match
  if (match.type === 'Exact') return path === value
  if (value === '/') return true
  return path.startsWith(value) && (path.length === value.length || path[value.length] === '/')
}

/** Of a header that came more than once, the values count joined by a comma (RFC 9110 §5.3). */
function headersMatch(wanted: RouteConfig['headers'], rawHeaders: readonly string[]): boolean {
  for (const { name, value } of wanted) {
    let found: string | undefined
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (lowerCaseName(rawHeaders[i] ?? '') !== name) continue
      found = found === undefined ? rawHeaders[i + 1] : `${found}, ${rawHeaders[i + 1]}`
    }
    if (found !== value) return false
  }
  return true
}
