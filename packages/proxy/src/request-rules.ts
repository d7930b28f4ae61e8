/**
 * What every engine holds a request to before it looks for a route, so that no spelling of a path
 * reaches on one engine what it does not reach on another (`docs/decisions/0004-*`). The patterns are
 * texts because HAProxy and nginx are given the same ones: ECMAScript and PCRE read them alike.
 */

/**
 * Finds what is refused in a path, letter case aside: bytes outside printable ASCII, `#`, a `%` that
 * encodes nothing, an encoded NUL or slash, and `.` or `..` as a segment in any spelling. The path
 * may have its query behind it; the query itself is not looked at ({@link REFUSED_IN_TARGET}).
 */
export const REFUSED_IN_PATH = String.raw`[^!-~]|#|%(?![0-9a-f]{2})|%00|%2f|/(?:\.|%2e){1,2}(?:[/?]|$)`

/** The same in a path with a query behind it, and what is refused in the query too. */
export const REFUSED_IN_TARGET = `^[^?]*(?:${REFUSED_IN_PATH})|[^!-~]|#`

/**
 * A Host that is accepted: a DNS name with or without its final dot, or an IP address, and a port.
 * Underscores are in names of real hosts. Nothing in it has to be quoted anywhere.
 */
export const HOST = String.raw`^(?![^:]{255})(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)(?::[0-9]{0,5})?$`

/**
 * A request target that is carried: a path, or a URL, whose authority is then the host (RFC 9112
 * §3.2). Letter case aside.
 */
export const TARGET_FORM = '^(?:/|https?://[^/?@]+(?:[/?]|$))'

/** A header whose name has other characters than these is not passed on. See the decision. */
export const UNUSUAL_HEADER_NAME = '[^A-Za-z0-9-]'

/** Headers that only we may write, lower case. A client's own are dropped: anybody can write them. */
export const HEADERS_OF_OURS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
] as const

/** Headers that belong to one connection and are never passed on (RFC 9110 §7.6.1), lower case. */
export const HOP_BY_HOP_HEADERS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const

/** Host for the endpoint where an HTTP/1.0 client named none. */
export const HOST_OF_NOBODY = 'localhost'

/** Answers of our own, which all engines give in these words. */
export const ANSWERS = {
  badRequest: 'the request is not valid\n',
  unauthorized: 'a user name and a password are needed\n',
  forbidden: 'this address is not let in\n',
  noRoute: 'no route matches\n',
  methodNotAllowed: 'TRACE and CONNECT are not carried\n',
  lengthRequired: 'the length of the body has to be told\n',
  bodyTooLarge: 'the body of the request is too large\n',
  tooManyRequests: 'too many requests\n',
  headTooLarge: 'the head of the request is too large\n',
  broken: 'the endpoint gave no valid response\n',
  unavailable: 'no endpoint is available\n',
  timeout: 'the endpoint did not answer in time\n',
} as const
