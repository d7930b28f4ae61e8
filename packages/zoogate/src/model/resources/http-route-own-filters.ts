import { Type } from 'typebox'
import { durationField, headerNameField, nameField, networkField } from './field-schemas.ts'
import { mediaTypeField } from './file-field-schemas.ts'
import { strict } from './resource-metadata.ts'
import { ROUTE_DEFAULTS } from './route-defaults.ts'

/** The filters that the Gateway API does not have. */

const SECOND_MS = 1000
const YEAR_MS = 365 * 24 * 3600 * SECOND_MS

const networksField = (description: string) =>
  Type.Optional(
    Type.Array(networkField({ description: 'A network or an address.' }), {
      minItems: 1,
      maxItems: 256,
      description,
    }),
  )

export const AccessSchema = Type.Object(
  {
    allow: networksField('Clients in none of these get 403. Default: all are let in.'),
    deny: networksField('Clients in one of these get 403, even those that are in `allow`.'),
    basicAuth: Type.Optional(
      Type.Object(
        {
          realm: Type.String({
            pattern:
              '^[\\x21\\x23-\\x5b\\x5d-\\x7e]([\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*[\\x21\\x23-\\x5b\\x5d-\\x7e])?$',
            maxLength: 128,
            expects:
              'printable ASCII of at most 128 characters, without quotes, backslashes and a space at either end',
            description: 'What the browser names when it asks for a password.',
          }),
          usersRef: Type.Object(
            { name: nameField({ description: 'A Secret of type Users.' }) },
            { ...strict, description: 'Who is let in. Others get 401.' },
          ),
        },
        { ...strict, description: 'Asks for a name and a password (RFC 7617).' },
      ),
    ),
  },
  { ...strict, description: 'Who may ask at all, by address and by password: both must pass.' },
)

export const RateLimitSchema = Type.Object(
  {
    requests: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'So many are let through in `per`, on each node; more get 429.',
    }),
    per: Type.Optional(
      durationField(
        { minMs: SECOND_MS, maxMs: 3600 * SECOND_MS },
        {
          description: 'The time in which they are counted.',
          default: ROUTE_DEFAULTS.rateLimitPer,
        },
      ),
    ),
    key: Type.Optional(
      Type.Union(
        [
          Type.Literal('sourceIP'),
          Type.Object(
            {
              header: headerNameField({
                description: "One count for each of this header's values.",
              }),
            },
            strict,
          ),
        ],
        {
          expects: '"sourceIP", or an object such as { header: x-api-key }',
          description:
            "Whose requests are counted together: one client address's, or one value's of a header.",
          default: ROUTE_DEFAULTS.rateLimitKey,
        },
      ),
    ),
  },
  { ...strict, description: 'Bounds how many requests come in a time.' },
)

export const CacheSchema = Type.Object(
  {
    maxAge: durationField(
      { minMs: SECOND_MS, maxMs: YEAR_MS },
      {
        description:
          'How long a response is kept that says nothing of it itself (Cache-Control, Expires).',
      },
    ),
  },
  { ...strict, description: "The gateway's own cache, of responses to GET and HEAD." },
)

export const ExpiresSchema = Type.Object(
  {
    after: durationField(
      { minMs: SECOND_MS, maxMs: YEAR_MS },
      {
        description:
          'Responses get `Cache-Control: max-age` and Expires of this, where they have neither.',
      },
    ),
  },
  { ...strict, description: 'What the browser is told about keeping the response.' },
)

export const CompressSchema = Type.Object(
  {
    types: Type.Optional(
      Type.Array(mediaTypeField({ description: 'A media type, or `*` for all of its kind.' }), {
        minItems: 1,
        maxItems: 32,
        description: 'Responses of these media types are compressed.',
        default: ROUTE_DEFAULTS.compressTypes,
      }),
    ),
  },
  { ...strict, description: 'Compresses responses for clients that accept it.' },
)
