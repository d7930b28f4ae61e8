import { type Static, Type } from 'typebox'
import type { FieldOptions } from './field-schemas.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'

const fileField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[^\\x00-\\x1f\\x7f]+$',
    maxLength: 1024,
    expects: 'the path of a file, of at most 1024 characters',
    ...options,
  })

const FilesSchema = Type.Object(
  {
    certificate: Type.Optional(
      fileField({
        description:
          'Of TLS: the certificate and then its intermediates, in PEM, as `fullchain.pem` of most tools.',
      }),
    ),
    key: Type.Optional(
      fileField({ description: "Of TLS: the certificate's private key, in PEM, not encrypted." }),
    ),
    certificates: Type.Optional(
      fileField({ description: 'Of CA: the certificates of those who sign, in PEM.' }),
    ),
    users: Type.Optional(
      fileField({
        description:
          'Of Users: `name:hash` in each line, with hashes of crypt(3): `$5$`, `$6$` or `$2y$`.',
      }),
    ),
  },
  {
    ...strict,
    description:
      'Where the bytes are: files beside this one (relative paths begin at its folder). `apply` reads, encrypts and writes them; a revision holds only their version.',
  },
)

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
        files: FilesSchema,
      },
      strict,
    ),
  },
  { ...strict, description: 'Bytes that are kept apart from the rest, and encrypted.' },
)
export type SecretResource = Static<typeof SecretSchema>
