import { isIP } from 'node:net'
import { formatFieldPath } from '../../model/field-path.ts'
import { sessionCookie } from '../../model/session-cookie.ts'
import type { Endpoint, Listener, Route, ServicePool, View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { oncePerPool } from '../once-per-pool.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import type { Balancing } from './balancing.ts'
import { routeCondition } from './condition.ts'
import { fitsWord } from './directive.ts'
import { nativeBalancing } from './native-balancing.ts'
import { decodePath } from './routing.ts'

/** Longest path, which becomes a word of nginx's. */
const PATH_BYTES_MAX = 1_024

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const HOSTNAME_CHARACTERS_MAX = 253
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const ENDPOINT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
/** Tokens of RFC 9110 without `$`: nginx has no way to write a dollar where it reads variables. */
const COOKIE_NAME = /^[A-Za-z0-9!#%&'*+.^_`|~-]{1,128}$/
const METHOD = /^[A-Z]{1,32}$/
const HEADER_VALUE = /^[\x21-\x7e\x80-\uffff]([\t\x20-\x7e\x80-\uffff]*[\x21-\x7e\x80-\uffff])?$/

/**
 * What nginx cannot carry of a view, by field. It also checks the grammar of every text that goes
 * into the configuration: resources and registrations are checked where they come in, and here once
 * more, so that rendering does not depend on it.
 */
export function refusals(
  view: View,
  { features, reasons, countsSessions }: Balancing = nativeBalancing,
): readonly EngineRefusal[] {
  return [
    ...featureRefusals(view, 'nginx', features, reasons),
    ...sharedRouteRefusals(view),
    ...view.listeners.flatMap((listener, index) => listenerRefusals(view, listener, index)),
    ...view.routes.flatMap((route, index) => routeRefusals(view, route, index)),
    ...[...view.services.values()].flatMap(refusalsOnce),
    ...(countsSessions ? [] : [...view.services.values()].flatMap(sessionLimitRefusals)),
    ...concurrencyRefusals(view),
  ]
}

type Refuse = (path: readonly (string | number)[], message: string) => void

/** Gathers what one part of the view is refused for. */
function gather(resource: string, check: (refuse: Refuse) => void): readonly EngineRefusal[] {
  const found: EngineRefusal[] = []
  check((path, message) => found.push({ resource, field: formatFieldPath(path), message }))
  return found
}

function listenerRefusals(view: View, listener: Listener, index: number) {
  return gather(`Gateway/${view.gateway}`, (refuse) => {
    if (listener.address !== '*' && !isAddress(listener.address)) {
      refuse(['listeners', index, 'address'], 'must be an IP address without a zone, or "*"')
    }
    if (!isPort(listener.port)) refuse(['listeners', index, 'port'], 'must be a port, 1 to 65535')
    const same = view.listeners.findIndex(
      ({ address, port }) => port === listener.port && address === listener.address,
    )
    if (same < index) {
      refuse(['listeners', index, 'port'], 'another listener has this address and port')
    }
  })
}

function routeRefusals(view: View, route: Route, index: number) {
  return gather(`HTTPRoute/${route.id.split('.', 1)[0]}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['routes', index, ...path]
    const { hostname, method, headers, timeouts } = route
    if (hostname !== undefined && !isHostname(hostname)) {
      refuse(at('hostname'), 'must be a DNS name in lower case, or "*." and one')
    }
    const problem = pathProblem(route.path.value)
    if (problem !== undefined) refuse(at('path', 'value'), problem)
    if (method !== undefined && !METHOD.test(method)) {
      refuse(at('method'), 'must be a method in upper case letters')
    }
    headers.forEach(({ value }, header) => {
      if (!HEADER_VALUE.test(value) || !isText(value)) {
        refuse(at('headers', header, 'value'), 'must be printable, without space at its ends')
      }
    })
    const { source, pattern } = routeCondition(route)
    if (headers.every(({ value }) => isText(value)) && !(fitsWord(source) && fitsWord(pattern))) {
      refuse(at('headers'), 'are together too long for nginx')
    }
    route.backends.forEach(({ service, weight }, backend) => {
      if (!view.services.has(service)) {
        refuse(at('backends', backend, 'service'), 'no such Service')
      }
      if (!isWhole(weight, 0, 1_000_000_000)) {
        refuse(at('backends', backend, 'weight'), 'must be a whole number from 0')
      }
    })
    for (const name of ['requestMs', 'backendRequestMs'] as const) {
      if (timeouts[name] !== undefined && !isDuration(timeouts[name])) {
        refuse(at('timeouts', name), 'must be from 1 ms to 24 h')
      }
    }
  })
}

function sessionLimitRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    if (sessionCookie(pool) === undefined || pool.connections.max === undefined) return
    refuse(
      ['services', pool.name, 'connections', 'max'],
      'nginx would count requests that carry the session cookie apart from the others',
    )
  })
}

const refusalsOnce = oncePerPool(serviceRefusals)

function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['services', pool.name, ...path]
    if (!SERVICE_NAME.test(pool.name)) refuse(at(), 'must be named by a-z, 0-9 and -')
    const cookie = sessionCookie(pool)
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(
        at('sessionPersistence', 'sessionName'),
        'must be a cookie name, without "$" for nginx',
      )
    }
    if (pool.connections.max !== undefined && !isWhole(pool.connections.max, 1, 1_000_000_000)) {
      refuse(at('connections', 'max'), 'must be a whole number from 1')
    }
    if (!isDuration(pool.connections.connectTimeoutMs)) {
      refuse(at('connections', 'connectTimeoutMs'), 'must be from 1 ms to 24 h')
    }
    const ids = new Set(pool.endpoints.map(({ id }) => id))
    if (ids.size < pool.endpoints.length) refuse(at('endpoints'), 'an id is there twice')
    pool.endpoints.forEach((endpoint, index) => {
      const problem = endpointProblem(endpoint)
      if (problem !== undefined) refuse(at('endpoints', index), problem)
    })
  })
}

function concurrencyRefusals({ gateway, concurrency }: View): readonly EngineRefusal[] {
  return gather(`Gateway/${gateway}`, (refuse) => {
    if (concurrency.workers !== 'auto' && !isWhole(concurrency.workers, 1, 1_024)) {
      refuse(['concurrency', 'workers'], 'must be "auto", or a number from 1 to 1024')
    }
    if (!isWhole(concurrency.maxConnections, 1, 10_000_000)) {
      refuse(['concurrency', 'maxConnections'], 'must be a whole number from 1')
    }
    if (!isDuration(concurrency.keepAliveMs)) {
      refuse(['concurrency', 'keepAliveMs'], 'must be from 1 ms to 24 h')
    }
  })
}

function endpointProblem({ id, address, port, weight, state }: Endpoint): string | undefined {
  if (!ENDPOINT_ID.test(id)) return 'has an id of other characters than A-Z a-z 0-9 . _ -'
  if (!isAddress(address)) return 'has no IP address'
  if (!isPort(port)) return 'has no port'
  if (!isWhole(weight, 0, 256)) return 'has a weight outside 0 to 256'
  return ['up', 'draining', 'down'].includes(state) ? undefined : 'has no known state'
}

function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must begin with "/"'
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `must have at most ${PATH_BYTES_MAX} bytes`
  let decoded: string
  try {
    decoded = decodePath(path)
  } catch {
    return 'must decode to UTF-8 text'
  }
  if (decoded.includes('\0') || !isText(decoded)) return 'must decode to text without NUL'
  // nginx resolves them in the request, so such a route could never match.
  return /\/\.{1,2}(\/|$)/.test(decoded) ? 'must not have "." or ".." as a segment' : undefined
}

function isHostname(name: string): boolean {
  return HOSTNAME.test(name) && name.length <= HOSTNAME_CHARACTERS_MAX
}

/** A zone (`fe80::1%eth0`) is an address for Node, and not for nginx. */
function isAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%')
}

function isPort(port: number): boolean {
  return isWhole(port, 1, 65_535)
}

function isDuration(ms: number): boolean {
  return isWhole(ms, 1, 86_400_000)
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

/** No half of a surrogate pair: such a string has no bytes. */
function isText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
