import { isIP } from 'node:net'
import { formatFieldPath } from '../../model/field-path.ts'
import { regularExpressionProblem } from '../../model/regular-expression.ts'
import type { Endpoint } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'

/**
 * The grammar of what goes into a configuration. Resources and registrations are checked where they
 * come in; here it is checked once more, so that rendering does not depend on it.
 */
export const RESOURCE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
export const COOKIE_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/
export const METHOD = /^[A-Z]{1,32}$/
/** RFC 9110's token. */
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/
/** One that may be an argument of a fetch. */
export const PLAIN_HEADER_NAME = /^[A-Za-z0-9-]{1,128}$/
const ENDPOINT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const HOSTNAME_CHARACTERS_MAX = 253
/** Visible text. HAProxy compares bytes, so that other alphabets are fine. */
const TEXT = /^\P{Cc}*$/u
/** RFC 3986's path, percent-encodings whole. */
const URL_PATH = /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/
const DAY_MS = 86_400_000
export const PATH_BYTES_MAX = 1_024
export const HEADER_VALUE_BYTES_MAX = 4_096

export type Refuse = (path: readonly (string | number)[], message: string) => void

/** Gathers what one part of the view is refused for. */
export function gather(
  resource: string,
  check: (refuse: Refuse) => void,
): readonly EngineRefusal[] {
  const found: EngineRefusal[] = []
  check((path, message) => found.push({ resource, field: formatFieldPath(path), message }))
  return found
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

/** Of a path that requests are compared with. */
export function pathProblem(path: string): string | undefined {
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

/** Of an expression. HAProxy is handed it as it is, so that it must be of the model's dialect. */
export function expressionProblem(expression: string): string | undefined {
  return regularExpressionProblem(expression)
}

/** A path that is put in the place of another one. */
export function isUrlPath(path: string): boolean {
  return URL_PATH.test(path) && path.length <= PATH_BYTES_MAX
}

export function isHostname(name: string): boolean {
  return HOSTNAME.test(name) && name.length <= HOSTNAME_CHARACTERS_MAX
}

/** A zone (`fe80::1%eth0`) is an address for Node, and not for HAProxy. */
export function isAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%')
}

/** `10.0.0.0/8`, or an address alone. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  if (!isAddress(address) || rest.length > 0) return false
  const most = isIP(address) === 4 ? 32 : 128
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
}

/** No control characters, and no half of a surrogate pair: such a string has no bytes. */
export function isText(text: string, bytesMax: number): boolean {
  return TEXT.test(text) && !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= bytesMax
}

export function isDuration(ms: number): boolean {
  return isWhole(ms, 1, DAY_MS)
}

export function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
