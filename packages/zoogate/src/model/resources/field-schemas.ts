import { isIP } from 'node:net'
import { type TLiteral, Type } from 'typebox'
import { DURATION_PATTERN, formatDuration, parseDuration } from '../values/duration.ts'
import { parseNetwork } from '../values/network.ts'
import { PERCENTAGE_PATTERN } from '../values/percentage.ts'
import { formatSize, parseSize, SIZE_PATTERN } from '../values/size.ts'

/**
 * What the leaves of resources may hold. Every text is bounded and restricted to characters that no
 * engine's configuration language can be broken with, before any engine quotes it once more.
 *
 * Beside JSON Schema's own keywords a schema carries `expects`, the words after "must be" in an error
 * message, and `problem`, a check that a pattern cannot express.
 */
export interface FieldOptions {
  readonly description: string
  readonly default?: unknown
}

type Literals<Values extends readonly (string | number)[]> = {
  -readonly [Index in keyof Values]: TLiteral<Values[Index]>
}

/** One of some values, in the order in which they are told. */
export const choiceField = <const Values extends readonly (string | number)[]>(
  values: Values,
  options: Partial<FieldOptions> & { readonly expects?: string },
) => Type.Union(values.map((value) => Type.Literal(value)) as Literals<Values>, options)

const NAME_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
const NAME_CHARACTERS_MAX = 63

/** A DNS label (RFC 1123), as Kubernetes names things. */
export const nameField = (options: FieldOptions) =>
  Type.String({
    pattern: NAME_PATTERN,
    maxLength: NAME_CHARACTERS_MAX,
    expects:
      'a name of at most 63 characters: a-z, 0-9 and -, beginning and ending with a-z or 0-9',
    ...options,
  })

export interface DurationLimits {
  readonly minMs: number
  readonly maxMs: number
}

export const durationField = ({ minMs, maxMs }: DurationLimits, options: FieldOptions) =>
  Type.String({
    pattern: DURATION_PATTERN,
    expects: `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as "10s", "500ms" or "1m30s"`,
    problem: (text: string) => {
      const durationMs = parseDuration(text)
      return durationMs === undefined || durationMs < minMs || durationMs > maxMs
    },
    ...options,
  })

export interface SizeLimits {
  readonly minBytes: number
  readonly maxBytes: number
}

export const sizeField = ({ minBytes, maxBytes }: SizeLimits, options: FieldOptions) =>
  Type.String({
    pattern: SIZE_PATTERN,
    expects: `a size from ${formatSize(minBytes)} to ${formatSize(maxBytes)}, such as "512B", "16KiB" or "10MiB"`,
    problem: (text: string) => {
      const bytes = parseSize(text)
      return bytes === undefined || bytes < minBytes || bytes > maxBytes
    },
    ...options,
  })

export const percentageField = (options: FieldOptions) =>
  Type.String({
    pattern: PERCENTAGE_PATTERN,
    expects: 'a percentage from "0%" to "100%"',
    ...options,
  })

export const portField = (options: FieldOptions) =>
  Type.Integer({ minimum: 1, maximum: 65_535, expects: 'a port from 1 to 65535', ...options })

/** IPv4 or IPv6 without brackets and without a zone. */
export const addressField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[0-9A-Fa-f:.]{2,45}$',
    expects: 'an IPv4 or IPv6 address, such as "10.0.0.7" or "::1"',
    problem: (text: string) => isIP(text) === 0,
    ...options,
  })

/** An IP address or `*`. */
export const listenAddressField = (options: FieldOptions) =>
  Type.String({
    pattern: '^(\\*|[0-9A-Fa-f:.]{2,45})$',
    expects: '"*" for all addresses of the host, or an IPv4 or IPv6 address',
    problem: (text: string) => text !== '*' && isIP(text) === 0,
    ...options,
  })

/** A network (CIDR), or one address. */
export const networkField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$',
    expects:
      'a network without bits behind its prefix, such as "10.0.0.0/8" or "fd00::/8", or one address',
    problem: (text: string) => parseNetwork(text) === undefined,
    ...options,
  })

/** A path of RFC 3986 in the one spelling that all engines read alike. */
export const uriPathField = (options: FieldOptions) =>
  Type.String({
    pattern: "^/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$",
    maxLength: 1024,
    expects:
      'a URI path of at most 1024 characters that begins with "/" and has no "//", "/./", "/../", "%2F", "%00" or "?"',
    problem: (text: string) =>
      /\/\/|%2f|%00/i.test(text) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(text),
    ...options,
  })

/** A host name as in the Gateway API: lower case, a `*.` in front covers any number of labels. */
export const hostnameField = (
  options: FieldOptions & { readonly pattern?: string; readonly expects?: string },
) =>
  Type.String({
    pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    expects:
      'a host name in lower case without a port, such as "shop.example.com" or "*.example.com"',
    problem: (text: string) => text.split('.').some((label) => label.length > NAME_CHARACTERS_MAX),
    ...options,
  })

/** A host name without `*`. */
export const preciseHostnameField = (options: FieldOptions) =>
  hostnameField({
    ...options,
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    expects: 'a host name in lower case without a port and "*", such as "shop.example.com"',
  })

/** A field name of RFC 9110, without the characters of a token that have a meaning in an engine. */
export const headerNameField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
    maxLength: 128,
    expects: 'a header name of at most 128 characters: letters, digits, - and _',
    ...options,
  })

export const headerValueField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$',
    maxLength: 1024,
    expects:
      'printable ASCII, 1 to 1024 characters, without a space at either end (numbers are written in quotes)',
    ...options,
  })

/** The name of a parameter in a query, without the characters that must be percent-encoded there. */
export const queryNameField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.~-]*$',
    maxLength: 128,
    expects: 'a parameter name of at most 128 characters: letters, digits, _ . ~ and -',
    ...options,
  })

/** A cookie name of RFC 6265 (a token), without the characters that have a meaning in an engine. */
export const cookieNameField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
    maxLength: 64,
    expects: 'a cookie name of at most 64 characters: letters, digits, _ . and -',
    ...options,
  })

/** An absolute path in ZooKeeper, of any tree. */
export const znodePathField = (options: FieldOptions) =>
  Type.String({
    pattern: '^(/[\\x21-\\x2e\\x30-\\x7e]+)+$',
    maxLength: 1024,
    expects:
      'an absolute znode path, such as "/services/shop", without spaces, "//", "/./" and "/../"',
    problem: (text: string) => /\/\.{1,2}(\/|$)/.test(text),
    ...options,
  })

export const instanceIdField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
    expects:
      'an id of at most 128 characters: letters, digits, . _ and -, beginning with a letter or a digit',
    ...options,
  })
