import { isIP } from 'node:net'

/** Longest registration that is read, in bytes. A larger one is refused unread. */
export const REGISTRATION_BYTES_MAX = 64 * 1024

/** What an instance says of itself. An operator's override beats it, it beats health. */
export type InstanceState = 'up' | 'draining' | 'down'

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

/**
 * The data of a registration znode, `/services/<service>/<instance>`, as JSON: what each field may hold, in the order in which
 * they are looked at. `v` is the format's version; a reader ignores fields that it does not know, so that old and new programs
 * live side by side.
 *
 * Checked by hand and not by a schema library: programs that register themselves read this at their start.
 */
const FIELDS: Readonly<Record<string, Field>> = {
  v: { required: true, rule: 'must be 1', holds: (value) => value === 1 },
  // Names are not accepted in this format.
  address: {
    required: true,
    rule: 'must be an IPv4 or IPv6 address, without brackets, zone or port',
    holds: (value) => typeof value === 'string' && isUsableAddress(value),
  },
  port: {
    required: true,
    rule: 'must be a whole number from 1 to 65535',
    holds: (value) => isWhole(value, 1, 65_535),
  },
  // Share of the requests beside the other instances. Default 1.
  weight: {
    rule: 'must be a whole number from 0 to 256',
    holds: (value) => isWhole(value, 0, 256),
  },
  state: {
    rule: 'must be "up", "draining" or "down"',
    holds: (value) => value === 'up' || value === 'draining' || value === 'down',
  },
  // Where the instance runs, e.g. an availability zone.
  zone: {
    rule: 'must be 1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or a digit',
    holds: (value) => typeof value === 'string' && isInstanceId(value),
  },
  scheme: {
    rule: 'must be "http" or "https"',
    holds: (value) => value === 'http' || value === 'https',
  },
  metadata: {
    rule: 'must be an object of strings: names of 1 to 128 of A-Z a-z 0-9 . _ / -, values of at most 4096 characters without control characters',
    holds: isMetadata,
  },
}

interface Field {
  readonly required?: boolean
  /** For the reason of a refusal. */
  readonly rule: string
  readonly holds: (value: unknown) => boolean
}

/** What is left of a value once every field holds what it may. */
type CheckedFields = Pick<Registration, 'address' | 'port'> & Partial<Registration>

const METADATA_NAME = /^[A-Za-z0-9._/-]{1,128}$/
const METADATA_VALUE_CHARACTERS_MAX = 4096

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
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { refused: 'the data must be a JSON object' }
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  const wrong = wrongField(fields)
  if (wrong !== undefined) return { refused: fieldReason(wrong, fields.get(wrong)) }
  const { address, port, weight, state, zone, scheme, metadata } = value as CheckedFields
  return {
    registration: {
      address,
      port,
      weight: weight ?? 1,
      state: state ?? 'up',
      ...(zone === undefined ? {} : { zone }),
      scheme: scheme ?? 'http',
      metadata: ownStrings(metadata ?? {}),
    },
  }
}

/** What is missing is told before what is wrong. */
function wrongField(fields: ReadonlyMap<string, unknown>): string | undefined {
  for (const [name, { required }] of Object.entries(FIELDS)) {
    if (required === true && !fields.has(name)) return name
  }
  for (const [name, { holds }] of Object.entries(FIELDS)) {
    if (fields.has(name) && !holds(fields.get(name))) return name
  }
  return undefined
}

/**
 * One address of one host: `0.0.0.0` and `::` are none, and an IPv6 zone (`fe80::1%eth0`) has a
 * meaning only on the instance's own host.
 */
function isUsableAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%') && !/^[0.:]+$/.test(address)
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && typeof value === 'number' && value >= min && value <= max
}

/**
 * Never part of a configuration. Values may hold any text but control characters, which could steer
 * the terminal of whoever lists them.
 */
function isMetadata(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(
    ([name, text]) =>
      METADATA_NAME.test(name) &&
      typeof text === 'string' &&
      text.length <= METADATA_VALUE_CHARACTERS_MAX &&
      !/\p{Cc}/u.test(text),
  )
}

/** `port must be a whole number from 1 to 65535, not 99999`, in printable ASCII whatever was found. */
function fieldReason(field: string, found: unknown): string {
  const rule = `${field} ${FIELDS[field]?.rule}`
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
