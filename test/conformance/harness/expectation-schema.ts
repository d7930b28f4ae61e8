import { type Static, Type } from 'typebox'
import { durationField } from '../../../packages/zoogate/src/model/resources/field-schemas.ts'
import { TextMatchSchema } from './text-match.ts'

const strict = { additionalProperties: false } as const

const HeadersMatchSchema = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
  TextMatchSchema,
  { keysExpect: 'a header' },
)

const anyTime = { minMs: 0, maxMs: 60_000 }

const BoundSchema = Type.Union(
  [
    Type.Integer({ minimum: 0 }),
    Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 }),
  ],
  { expects: 'a number, or the smallest and the largest as [20, 40]' },
)
export type Bound = Static<typeof BoundSchema>

const SightSchema = Type.Object(
  {
    method: Type.Optional(Type.String()),
    path: Type.Optional(TextMatchSchema),
    query: Type.Optional(TextMatchSchema),
    host: Type.Optional(TextMatchSchema),
    headers: Type.Optional(HeadersMatchSchema),
    body: Type.Optional(TextMatchSchema),
    bodyBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    serverName: Type.Optional(TextMatchSchema),
    clientCertificate: Type.Optional(TextMatchSchema),
  },
  { ...strict, description: 'What the backend that answered saw.' },
)
export type Sight = Static<typeof SightSchema>

/** What must come back: of each request, where there are several. What is left out is not looked at. */
export const ExpectationSchema = Type.Object(
  {
    status: Type.Optional(
      Type.Union([Type.Integer(), Type.Array(Type.Integer())], {
        expects: 'a status or a list of those that are right',
      }),
    ),
    closed: Type.Optional(
      Type.Boolean({
        expects: 'true or false',
        description: 'true: the connection ended without an answer.',
      }),
    ),
    interim: Type.Optional(
      Type.Array(Type.Integer(), {
        description: 'Of raw: the statuses that came before (RFC 9110, 15.2).',
      }),
    ),
    by: Type.Optional(
      Type.Union([Type.String(), Type.Null(), Type.Array(Type.String())], {
        expects: 'a backend, a list of those that are right, or null: the engine itself',
      }),
    ),
    headers: Type.Optional(HeadersMatchSchema),
    body: Type.Optional(TextMatchSchema),
    bodyBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    http2: Type.Optional(Type.Boolean({ expects: 'true or false' })),
    certificate: Type.Optional(
      Type.String({ description: 'The first name of the certificate that the engine shows.' }),
    ),
    tlsVersion: Type.Optional(Type.Union([Type.Literal('TLSv1.2'), Type.Literal('TLSv1.3')])),
    took: Type.Optional(
      Type.Object(
        {
          atLeast: Type.Optional(
            durationField(anyTime, { description: 'Until the answer ended.' }),
          ),
          atMost: Type.Optional(durationField(anyTime, { description: 'Until the answer ended.' })),
        },
        strict,
      ),
    ),
    sees: Type.Optional(SightSchema),
    copies: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), SightSchema, {
        keysExpect: 'a backend',
        description: 'What other backends saw of it; copies arrive within 2 s.',
      }),
    ),
    attempts: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), BoundSchema, {
        keysExpect: 'a backend',
        description: 'How often backends met the request, or all of them; copies arrive in 2 s.',
      }),
    ),
    counts: Type.Optional(
      Type.Object(
        {
          by: Type.Optional(
            Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), BoundSchema, {
              keysExpect: 'a backend',
            }),
          ),
          status: Type.Optional(
            Type.Record(Type.String({ pattern: '^[0-9]{3}$' }), BoundSchema, {
              keysExpect: 'a status',
            }),
          ),
        },
        {
          ...strict,
          description: 'Over the repeated requests: how many; others than named: none.',
        },
      ),
    ),
    oneBackend: Type.Optional(
      Type.Boolean({
        expects: 'true or false',
        description: 'Whether one backend answered all of the repeated requests.',
      }),
    ),
    sameBackendAs: Type.Optional(
      Type.String({
        description: 'A label: each was answered by the backend that answered there.',
      }),
    ),
    otherBackendThan: Type.Optional(
      Type.String({ description: 'A label: each was answered by another backend than there.' }),
    ),
    moved: Type.Optional(
      Type.Object(
        {
          since: Type.String({ description: 'A label.' }),
          count: BoundSchema,
        },
        { ...strict, description: 'How many were answered by another backend than there.' },
      ),
    ),
  },
  strict,
)
export type Expectation = Static<typeof ExpectationSchema>
