import { isIP } from 'node:net'
import { formatFieldPath } from '../../model/field-path.ts'
import { sessionCookie } from '../../model/session-cookie.ts'
import type { Endpoint, Listener, Route, ServicePool, View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import { fitsWord } from './directive.ts'
import { CARRIED, REASONS } from './features.ts'
import { literalPattern } from './pattern.ts'

/** Longest path, which becomes a word of httpd's. */
const PATH_BYTES_MAX = 1_024

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const HOSTNAME_CHARACTERS_MAX = 253
const LISTENER_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const HEADER_NAME = /^[A-Za-z0-9-]{1,128}$/
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const ENDPOINT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
/** Tokens of RFC 9110 without `|`, at which httpd divides two names, and what its formats read. */
const COOKIE_NAME = /^[A-Za-z0-9!#&'*+.^_~-]{1,60}$/
const METHOD = /^[A-Z]{1,32}$/
const HEADER_VALUE = /^[\x21-\x7e\x80-\uffff]([\t\x20-\x7e\x80-\uffff]*[\x21-\x7e\x80-\uffff])?$/

/**
 * What httpd cannot carry of a view, by field. It also checks the grammar of every text that goes
 * into the configuration: resources and registrations are checked where they come in, and here once
 * more, so that rendering does not depend on it.
 */
export function refusals(view: View): readonly EngineRefusal[] {
  return [
    ...featureRefusals(view, 'httpd', CARRIED, REASONS),
    ...sharedRouteRefusals(view),
    ...view.listeners.flatMap((listener, index) => listenerRefusals(view, listener, index)),
    ...view.routes.flatMap((route, index) => routeRefusals(view, route, index)),
    ...[...view.services.values()].flatMap(serviceRefusals),
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
    if (!LISTENER_NAME.test(listener.name)) {
      refuse(['listeners', index, 'name'], 'must be of a-z, 0-9 and -')
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
    headers.forEach(({ value }, header) => {
      if (isText(value) && !fitsWord(literalPattern(value))) {
        refuse(at('headers', header, 'value'), 'is too long for httpd')
      }
    })
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

function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['services', pool.name, ...path]
    if (!SERVICE_NAME.test(pool.name)) refuse(at(), 'must be named by a-z, 0-9 and -')
    const cookie = sessionCookie(pool)
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(
        at('sessionPersistence', 'sessionName'),
        'must be a cookie name of at most 60 characters, without "$", "%", "`" and "|" for httpd',
      )
    }
    const { hashOn } = pool
    if (hashOn?.type === 'header' && !HEADER_NAME.test(hashOn.name)) {
      refuse(at('hashOn', 'name'), 'must be of letters, digits and "-"')
    }
    if (hashOn?.type === 'cookie' && !COOKIE_NAME.test(hashOn.name)) {
      refuse(at('hashOn', 'name'), 'must be a cookie name of at most 60 characters')
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
  if (path.startsWith('//')) return 'must not begin with "//": httpd takes the two for one'
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `must have at most ${PATH_BYTES_MAX} bytes`
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return 'must decode to UTF-8 text'
  }
  if (decoded.includes('\0') || !isText(decoded)) return 'must decode to text without NUL'
  // Such requests are refused in the request, so such a route could never match.
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
