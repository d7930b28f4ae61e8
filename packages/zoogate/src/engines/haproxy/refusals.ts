import { isIP } from 'node:net'
import { formatFieldPath } from '../../model/field-path.ts'
import { sessionCookie } from '../../model/session-cookie.ts'
import type { Endpoint, Listener, Route, ServicePool, View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { oncePerPool } from '../once-per-pool.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import { WORDS_PER_LINE_MAX } from './directive.ts'
import { CARRIED, REASONS } from './features.ts'

const RESOURCE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const ROUTE_ID = /^[A-Za-z0-9.-]{1,512}$/
const ENDPOINT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const HOSTNAME_CHARACTERS_MAX = 253
const COOKIE_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/
const METHOD = /^[A-Z]{1,32}$/
/** Visible text. HAProxy compares bytes, so that other alphabets are fine. */
const TEXT = /^\P{Cc}*$/u
const PATH_BYTES_MAX = 1_024
const HEADER_VALUE_BYTES_MAX = 4_096
/** What the line that selects a route holds beside the names of its conditions. */
const SELECT_WORDS = 16
const CHECK_PATH = /^\/[\x21-\x7e]*$/
const DAY_MS = 86_400_000

/**
 * What HAProxy cannot carry of a view, by field. Resources and registrations are checked where they
 * come in; the grammar of what goes into a configuration is checked here once more, so that
 * rendering does not depend on it.
 */
export function refusals(view: View): readonly EngineRefusal[] {
  return [
    ...featureRefusals(view, 'haproxy', CARRIED, REASONS),
    ...gatewayRefusals(view),
    ...sharedRouteRefusals(view),
    ...view.routes.flatMap((route, index) => routeRefusals(view, route, index)),
    ...[...view.services.values()].flatMap(refusalsOnce),
  ]
}

type Refuse = (path: readonly (string | number)[], message: string) => void

/** Gathers what one part of the view is refused for. */
function gather(resource: string, check: (refuse: Refuse) => void): readonly EngineRefusal[] {
  const found: EngineRefusal[] = []
  check((path, message) => found.push({ resource, field: formatFieldPath(path), message }))
  return found
}

function gatewayRefusals({ gateway, listeners, concurrency }: View): readonly EngineRefusal[] {
  return gather(`Gateway/${gateway}`, (refuse) => {
    listeners.forEach((listener, index) => {
      listenerRefusals(listeners, listener, index, refuse)
    })
    const { workers, maxConnections, keepAliveMs } = concurrency
    if (workers !== 'auto' && !isWhole(workers, 1, 64)) {
      refuse(['concurrency', 'workers'], 'must be "auto", or from 1 to 64, HAProxy\'s most')
    }
    if (!isWhole(maxConnections, 1, 10_000_000)) {
      refuse(['concurrency', 'maxConnections'], 'must be a whole number from 1')
    }
    if (!isDuration(keepAliveMs)) {
      refuse(['concurrency', 'keepAliveMs'], 'must be from 1 ms to 24 h')
    }
  })
}

function listenerRefusals(
  listeners: readonly Listener[],
  { name, address, port }: Listener,
  index: number,
  refuse: Refuse,
): void {
  const at = (field: string) => ['listeners', index, field]
  if (!RESOURCE_NAME.test(name)) refuse(at('name'), 'must be a name of a-z, 0-9 and -')
  if (listeners.findIndex((other) => other.name === name) < index) {
    refuse(at('name'), 'another listener has this name')
  }
  if (address !== '*' && !isAddress(address)) {
    refuse(at('address'), 'must be an IP address without a zone, or "*"')
  }
  if (!isWhole(port, 1, 65_535)) refuse(at('port'), 'must be a port, 1 to 65535')
  if (listeners.findIndex((other) => other.port === port && other.address === address) < index) {
    refuse(at('port'), 'another listener has this address and port')
  }
}

function routeRefusals(view: View, route: Route, index: number): readonly EngineRefusal[] {
  return gather(`HTTPRoute/${route.id.split('.', 1)[0]}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['routes', index, ...path]
    const { id, hostname, path, method, headers } = route
    if (!ROUTE_ID.test(id)) refuse(at('id'), 'must be of letters, digits, "." and "-"')
    if (view.routes.findIndex((other) => other.id === id) < index) {
      refuse(at('id'), 'another route has this id')
    }
    if (hostname !== undefined && !isHostname(hostname)) {
      refuse(at('hostname'), 'must be a DNS name in lower case, or "*." and one')
    }
    const problem = pathProblem(path.value)
    if (problem !== undefined) refuse(at('path', 'value'), problem)
    if (method !== undefined && !METHOD.test(method)) {
      refuse(at('method'), 'must be a method in upper case letters')
    }
    if (headers.length > WORDS_PER_LINE_MAX - SELECT_WORDS) {
      refuse(at('headers'), `HAProxy takes at most ${WORDS_PER_LINE_MAX - SELECT_WORDS}`)
    }
    headers.forEach(({ value }, header) => {
      if (!isText(value, HEADER_VALUE_BYTES_MAX) || value.trim() !== value) {
        refuse(at('headers', header, 'value'), 'must be printable, without space at its ends')
      }
    })
    backendRefusals(view, route, (field, message) => refuse(at(...field), message))
  })
}

function backendRefusals(view: View, { backends, timeouts }: Route, refuse: Refuse): void {
  backends.forEach(({ service, weight }, index) => {
    if (!view.services.has(service)) refuse(['backends', index, 'service'], 'no such Service')
    if (!isWhole(weight, 0, 1_000_000)) {
      refuse(['backends', index, 'weight'], 'must be a whole number from 0 to 1000000')
    }
  })
  for (const name of ['requestMs', 'backendRequestMs'] as const) {
    if (timeouts[name] !== undefined && !isDuration(timeouts[name])) {
      refuse(['timeouts', name], 'must be from 1 ms to 24 h')
    }
  }
}

const refusalsOnce = oncePerPool(serviceRefusals)

function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['services', pool.name, ...path]
    const { name, connections, endpoints } = pool
    const cookie = sessionCookie(pool)
    if (!RESOURCE_NAME.test(name)) refuse(at(), 'must be named by a-z, 0-9 and -')
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(at('sessionPersistence', 'sessionName'), 'must be a cookie name')
    }
    if (connections.max !== undefined && !isWhole(connections.max, 1, 1_000_000)) {
      refuse(at('connections', 'max'), 'must be a whole number from 1 to 1000000')
    }
    if (!isDuration(connections.connectTimeoutMs)) {
      refuse(at('connections', 'connectTimeoutMs'), 'must be from 1 ms to 24 h')
    }
    healthCheckRefusals(pool, (path, message) => refuse(at('healthCheck', ...path), message))
    if (new Set(endpoints.map(({ id }) => id)).size < endpoints.length) {
      refuse(at('endpoints'), 'an id is there twice')
    }
    endpoints.forEach((endpoint, index) => {
      const problem = endpointProblem(endpoint)
      if (problem !== undefined) refuse(at('endpoints', index), problem)
    })
  })
}

function healthCheckRefusals({ healthCheck }: ServicePool, refuse: Refuse): void {
  if (healthCheck === undefined) return
  const { probe, rise, fall } = healthCheck
  for (const name of ['intervalMs', 'timeoutMs'] as const) {
    if (!isDuration(healthCheck[name])) refuse([name], 'must be from 1 ms to 24 h')
  }
  if (!isWhole(rise, 1, 1_000)) refuse(['rise'], 'must be from 1 to 1000')
  if (!isWhole(fall, 1, 1_000)) refuse(['fall'], 'must be from 1 to 1000')
  if (probe.type !== 'http') return
  if (!CHECK_PATH.test(probe.path) || probe.path.length > PATH_BYTES_MAX) {
    refuse(['probe', 'path'], 'must begin with "/" and be of printable ASCII without spaces')
  }
  const { statusFrom, statusTo } = probe
  if (!isWhole(statusFrom, 100, statusTo) || !isWhole(statusTo, statusFrom, 599)) {
    refuse(['probe', 'statusFrom'], 'must be a range within 100 to 599')
  }
}

/** What is wrong with an endpoint; undefined: nothing. */
export function endpointProblem(endpoint: Endpoint): string | undefined {
  const { id, address, port, weight, state } = endpoint
  if (!ENDPOINT_ID.test(id)) return 'has an id of other characters than A-Z a-z 0-9 . _ -'
  if (!isAddress(address)) return 'has no IP address'
  if (!isWhole(port, 1, 65_535)) return 'has no port'
  if (!isWhole(weight, 0, 256)) return 'has a weight outside 0 to 256'
  return ['up', 'draining', 'down'].includes(state) ? undefined : 'has no known state'
}

function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/') || !isText(path, PATH_BYTES_MAX)) {
    return `must begin with "/", be printable and have at most ${PATH_BYTES_MAX} bytes`
  }
  try {
    const decoded = decodeURIComponent(path)
    if (decoded.includes('\0')) return 'must decode to text without NUL'
    // Requests with such paths are refused, so that the route could never match.
    return /\/\.{1,2}(\/|$)/.test(decoded) ? 'must not have "." or ".." as a segment' : undefined
  } catch {
    return 'must decode to UTF-8 text'
  }
}

function isHostname(name: string): boolean {
  return HOSTNAME.test(name) && name.length <= HOSTNAME_CHARACTERS_MAX
}

/** A zone (`fe80::1%eth0`) is an address for Node, and not for HAProxy. */
function isAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%')
}

/** No control characters, and no half of a surrogate pair: such a string has no bytes. */
function isText(text: string, bytesMax: number): boolean {
  return TEXT.test(text) && !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= bytesMax
}

function isDuration(ms: number): boolean {
  return isWhole(ms, 1, DAY_MS)
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
