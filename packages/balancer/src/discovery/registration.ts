import { isIP } from 'node:net'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

/** Longest registration that is read, in bytes. A larger one is refused unread. */
export const REGISTRATION_BYTES_MAX = 64 * 1024

/** What an instance says of itself. An operator's override beats it, it beats health. */
export const InstanceStateSchema = Type.Union([
  Type.Literal('up'),
  Type.Literal('draining'),
  Type.Literal('down'),
])
export type InstanceState = Static<typeof InstanceStateSchema>

/**
 * The data of a registration znode, `/services/<service>/<instance>`, as JSON.
 * `v` is the format's version; a reader ignores fields that it does not know, so that old and new
 * programs live side by side. An array or a scalar is refused.
 */
export const RegistrationSchema = Type.Object({
  v: Type.Literal(1),
  /** An IPv4 or IPv6 address, without brackets. Names are not accepted in this format. */
  address: Type.String({ minLength: 2, maxLength: 45 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  /** Share of the requests beside the other instances, 0 to 256. Default 1. */
  weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 256 })),
  state: Type.Optional(InstanceStateSchema),
  /** Where the instance runs, e.g. an availability zone. */
  zone: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })),
  scheme: Type.Optional(Type.Union([Type.Literal('http'), Type.Literal('https')])),
  /**
   * Never part of a configuration. Values may hold any text but control characters, which could
   * steer the terminal of whoever lists them.
   */
  metadata: Type.Optional(
    Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9._/-]{1,128}$' }),
      Type.String({ maxLength: 4096, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' }),
      { additionalProperties: false },
    ),
  ),
})

/** What each field may hold, for the reason of a refusal. */
const ALLOWED: Readonly<Record<string, string>> = {
  v: 'must be 1',
  address: 'must be an IPv4 or IPv6 address, without brackets, zone or port',
  port: 'must be a whole number from 1 to 65535',
  weight: 'must be a whole number from 0 to 256',
  state: 'must be "up", "draining" or "down"',
  zone: 'must be 1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or a digit',
  scheme: 'must be "http" or "https"',
  metadata:
    'must be an object of strings: names of 1 to 128 of A-Z a-z 0-9 . _ / -, values of at most 4096 characters without control characters',
}

/** Longest piece of a refused value that is repeated in the reason. */
const SHOWN_CHARACTERS_MAX = 40

/** A registration with its defaults filled in. */
export interface Registration {
  readonly address: string
  readonly port: number
  readonly weight: number
  readonly state: InstanceState
  readonly zone?: string
  readonly scheme: 'http' | 'https'
  readonly metadata: Readonly<Record<string, string>>
}

export type ParsedRegistration =
  | { readonly registration: Registration }
  | { readonly refused: string }

/**
 * An instance's id is its znode's name, and engines name their servers after it: letters, digits,
 * `.`, `_` and `-`, at most 128 characters, beginning with a letter or a digit.
 */
export function isInstanceId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)
}

/** Reads a registration znode. Never throws: what is not one is refused, with the reason. */
export function parseRegistration(id: string, data: Buffer | null): ParsedRegistration {
  if (!isInstanceId(id))
    return {
      refused: 'the instance id has characters other than A-Z a-z 0-9 . _ -, or is too long',
    }
  if (data === null || data.length === 0) return { refused: 'the znode is empty' }
  if (data.length > REGISTRATION_BYTES_MAX) {
    return { refused: `the data is ${data.length} bytes, more than ${REGISTRATION_BYTES_MAX}` }
  }
  let value: unknown
  try {
    value = JSON.parse(data.toString('utf8'))
  } catch {
    return { refused: 'the data is not JSON' }
  }
  if (!Value.Check(RegistrationSchema, value)) return { refused: reasonOf(value) }
  if (!isUsableAddress(value.address)) {
    return { refused: fieldReason('address', value.address) }
  }
  return {
    registration: {
      address: value.address,
      port: value.port,
      weight: value.weight ?? 1,
      state: value.state ?? 'up',
      ...(value.zone === undefined ? {} : { zone: value.zone }),
      scheme: value.scheme ?? 'http',
      metadata: ownStrings(value.metadata ?? {}),
    },
  }
}

/**
 * One address of one host: `0.0.0.0` and `::` are none, and an IPv6 zone (`fe80::1%eth0`) has a
 * meaning only on the instance's own host.
 */
function isUsableAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%') && !/^[0.:]+$/.test(address)
}

function reasonOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'the data must be a JSON object'
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  const wrong = Value.Errors(RegistrationSchema, value).map(
    (error) => error.instancePath.split('/')[1] ?? '',
  )
  const missing = ['v', 'address', 'port'].find((field) => !fields.has(field))
  const field = missing ?? wrong.find((each) => each in ALLOWED) ?? 'metadata'
  return fieldReason(field, fields.get(field))
}

/** `port must be a whole number from 1 to 65535, not 99999`, in printable ASCII whatever was found. */
function fieldReason(field: string, found: unknown): string {
  const rule = `${field} ${ALLOWED[field] ?? 'is not valid'}`
  if (found === undefined) return `${rule}; it is missing`
  if (typeof found === 'object') return rule
  const shown = JSON.stringify(found).replace(/[^ -~]/g, '?')
  const short =
    shown.length > SHOWN_CHARACTERS_MAX ? `${shown.slice(0, SHOWN_CHARACTERS_MAX)}...` : shown
  return `${rule}, not ${short}`
}

/** A copy without `__proto__`, which a careless assignment elsewhere would turn into a prototype. */
function ownStrings(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== '__proto__'))
}

/** The bytes of a registration znode. */
export function encodeRegistration(registration: Registration): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...registration }))
}
