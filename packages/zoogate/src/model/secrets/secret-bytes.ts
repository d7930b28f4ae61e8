import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Secret } from '../view/view.ts'

type WithoutIdentity<S> = S extends unknown ? Omit<S, 'name' | 'version'> : never

/** What a secret holds, whatever it is called. Never printed. */
export type SecretBytes = WithoutIdentity<Secret>

/** The same bytes give the same text: it is what is encrypted, and what fingerprints are made of. */
export function encodeSecretBytes(bytes: SecretBytes): string {
  switch (bytes.type) {
    case 'TLS':
      return JSON.stringify({ type: 'TLS', chainPem: bytes.chainPem, keyPem: bytes.keyPem })
    case 'CA':
      return JSON.stringify({ type: 'CA', certificatesPem: bytes.certificatesPem })
    case 'Users':
      return JSON.stringify({
        type: 'Users',
        users: bytes.users.map(({ name, hash }) => ({ name, hash })),
      })
  }
}

const SecretBytesSchema = Type.Union([
  Type.Object({ type: Type.Literal('TLS'), chainPem: Type.String(), keyPem: Type.String() }),
  Type.Object({ type: Type.Literal('CA'), certificatesPem: Type.String() }),
  Type.Object({
    type: Type.Literal('Users'),
    users: Type.Array(Type.Object({ name: Type.String(), hash: Type.String() })),
  }),
])

/** What {@link encodeSecretBytes} wrote; undefined where it is another version's. */
export function decodeSecretBytes(text: string): SecretBytes | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(SecretBytesSchema, value) ? value : undefined
  } catch {
    return undefined
  }
}
