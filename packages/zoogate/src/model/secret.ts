import { type Static, Type } from 'typebox'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'

export const SecretSchema = Type.Object(
  {
    apiVersion: apiVersionField,
    kind: Type.Literal('Secret'),
    metadata: MetadataSchema,
    spec: Type.Object(
      {
        type: Type.Union([Type.Literal('TLS'), Type.Literal('CA'), Type.Literal('Users')], {
          description:
            '`TLS`: a certificate with its private key. `CA`: certificates of those who sign. `Users`: names with the hashes of their passwords.',
        }),
      },
      strict,
    ),
  },
  { ...strict, description: 'Bytes that are kept apart from the rest, and encrypted.' },
)
export type SecretResource = Static<typeof SecretSchema>
