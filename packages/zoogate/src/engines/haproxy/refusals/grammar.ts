import { regularExpressionProblem } from '../../../model/values/regular-expression.ts'

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
/** Visible text. HAProxy compares bytes, so that other alphabets are fine. */
const TEXT = /^\P{Cc}*$/u
/** RFC 3986's path, percent-encodings whole. */
const URL_PATH = /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/
export const PATH_BYTES_MAX = 1_024
export const HEADER_VALUE_BYTES_MAX = 4_096

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

/** No control characters, and no half of a surrogate pair: such a string has no bytes. */
export function isText(text: string, bytesMax: number): boolean {
  return TEXT.test(text) && !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= bytesMax
}
