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
  zone: Type.Optional(Type.String({ maxLength: 128 })),
  scheme: Type.Optional(Type.Union([Type.Literal('http'), Type.Literal('https')])),
  metadata: Type.Optional(
    Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 4096 })),
  ),
})

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
  if (!Value.Check(RegistrationSchema, value)) {
    const first = Value.Errors(RegistrationSchema, value)[0]
    const field = first?.instancePath.slice(1).replaceAll('/', '.') ?? ''
    return {
      refused: `${field === '' ? 'the data' : field} ${first?.message ?? 'is not valid'}`.slice(
        0,
        200,
      ),
    }
  }
  if (isIP(value.address) === 0)
    return { refused: 'address is neither an IPv4 nor an IPv6 address' }
  return {
    registration: {
      address: value.address,
      port: value.port,
      weight: value.weight ?? 1,
      state: value.state ?? 'up',
      ...(value.zone === undefined ? {} : { zone: value.zone }),
      scheme: value.scheme ?? 'http',
      metadata: value.metadata ?? {},
    },
  }
}

/** The bytes of a registration znode. */
export function encodeRegistration(registration: Registration): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...registration }))
}
