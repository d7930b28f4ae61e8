import { type Static, Type } from 'typebox'
import { durationField } from '../../../packages/zoogate/src/model/resources/field-schemas.ts'
import { ExpectationSchema } from './expectation-schema.ts'
import { RequestFields } from './request-schema.ts'

const strict = { additionalProperties: false } as const
const named = <T extends Parameters<typeof Type.Record>[1]>(value: T) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]*$' }), value, {
    keysExpect: 'letters, digits, . _ / and -',
  })
const boolean = (description: string) => Type.Boolean({ expects: 'true or false', description })

/** What a sample backend answers, but for what it says of itself. */
const AnswerSchema = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    headers: Type.Optional(
      named(
        Type.Union([Type.String(), Type.Array(Type.String())], { expects: 'a text or a list' }),
      ),
    ),
    raw: Type.Optional(
      Type.String({ description: 'These bytes in place of an answer, and the end.' }),
    ),
    body: Type.Optional(Type.String({ description: 'Default: what it saw, as JSON.' })),
    bodyBytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 16_777_216 })),
    delay: Type.Optional(
      durationField({ minMs: 1, maxMs: 60_000 }, { description: 'Before it answers.' }),
    ),
    slowly: Type.Optional(
      durationField(
        { minMs: 1, maxMs: 60_000 },
        { description: 'The body comes in pieces over so long, from its head on.' },
      ),
    ),
    drop: Type.Optional(boolean('Closes the connection in place of an answer.')),
    times: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'Only so often for one request, over all backends; then as ever.',
      }),
    ),
  },
  strict,
)
export type Answer = Static<typeof AnswerSchema>

const BackendSchema = Type.Object(
  {
    protocol: Type.Optional(
      Type.Union([Type.Literal('HTTP'), Type.Literal('HTTPS'), Type.Literal('TCP')], {
        description:
          'TCP: says its name and a newline, then echoes; answers `srvr` as a ZooKeeper server. Default: HTTP.',
      }),
    ),
    certificate: Type.Optional(Type.String({ description: 'Of HTTPS: a secret of type TLS.' })),
    clientCa: Type.Optional(
      Type.String({ description: 'Of HTTPS: a client must show a certificate of this secret’s.' }),
    ),
    listens: Type.Optional(boolean('false: nobody is there.')),
    health: Type.Optional(
      Type.Integer({
        minimum: 200,
        maximum: 599,
        description:
          'What /healthz is answered with; of TCP, other than 200: not part of a quorum.',
      }),
    ),
  },
  strict,
)
export type BackendSpec = Static<typeof BackendSchema>

const SecretSchema = Type.Object(
  {
    type: Type.Union([Type.Literal('TLS'), Type.Literal('CA'), Type.Literal('Users')]),
    names: Type.Optional(Type.Array(Type.String({ description: 'Of TLS: whom it is for.' }))),
    signedBy: Type.Optional(Type.String({ description: 'Of TLS: a secret of type CA.' })),
    expired: Type.Optional(boolean('Of TLS: it ended yesterday.')),
    users: Type.Optional(named(Type.String({ description: 'The password.' }))),
    hashes: Type.Optional(
      named(Type.String({ description: 'Of further users: the hash itself, as in their file.' })),
    ),
  },
  strict,
)
export type SecretSpec = Static<typeof SecretSchema>

const FileSchema = Type.Object(
  {
    text: Type.Optional(Type.String()),
    executable: Type.Optional(boolean('A CGI program.')),
    link: Type.Optional(
      Type.String({
        description: 'In place of a text: a symbolic link to this, as it is written.',
      }),
    ),
    mode: Type.Optional(
      Type.String({ pattern: '^[0-7]{3}$', description: 'Who may read it. Default: everybody.' }),
    ),
    modified: Type.Optional(
      Type.String({ description: 'When, as `2020-01-31T12:00:00Z`. Default: now.' }),
    ),
  },
  strict,
)
export type FileSpec = Static<typeof FileSchema>

const StepSchema = Type.Object(
  {
    backends: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z0-9-]+$' }),
        Type.Object(
          {
            listens: Type.Optional(boolean('Whether it is there from now on.')),
            health: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
          },
          strict,
        ),
        { keysExpect: 'a backend', description: 'What becomes of backends, before the request.' },
      ),
    ),
    endpoints: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z0-9-]+$' }),
        Type.Record(
          Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
          Type.Object(
            {
              weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 256 })),
              state: Type.Optional(
                Type.Union([
                  Type.Literal('up'),
                  Type.Literal('draining'),
                  Type.Literal('down'),
                  Type.Literal('gone'),
                ]),
              ),
            },
            strict,
          ),
          { keysExpect: 'the id of an endpoint' },
        ),
        {
          keysExpect: 'a Service',
          description: 'What becomes of endpoints, by Service and id, before the request.',
        },
      ),
    ),
    answer: Type.Optional(AnswerSchema),
    answers: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), AnswerSchema, {
        keysExpect: 'a backend',
        description: 'The same, for single backends.',
      }),
    ),
    ...RequestFields,
    expect: Type.Optional(ExpectationSchema),
    except: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z]+$' }), ExpectationSchema, {
        keysExpect: 'an engine',
        description:
          'In place of `expect`, from engines that cannot: each has its line in docs/reference/engines.md.',
      }),
    ),
  },
  strict,
)
export type Step = Static<typeof StepSchema>

export const CaseSchema = Type.Object(
  {
    name: Type.String({ maxLength: 200, description: 'What must hold, as a sentence.' }),
    features: Type.Optional(
      Type.Array(Type.String({ description: 'As `zoogate explain` names them.' }), {
        description: 'What it is about. Default: what every engine has.',
      }),
    ),
    resources: Type.String({ description: 'As a user writes them, parted by `---`.' }),
    backends: Type.Optional(named(BackendSchema)),
    files: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^(?!.*\\.\\.)[A-Za-z0-9.][A-Za-z0-9._ /-]*$' }),
        FileSchema,
        {
          keysExpect: 'a path below the folder of the case',
        },
      ),
    ),
    secrets: Type.Optional(named(SecretSchema)),
    refused: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z]+$' }),
        Type.String({ description: 'A part of the message that says where and why.' }),
        {
          keysExpect: 'an engine, or all',
          description: 'Engines that carry the features, but not what this case makes of them.',
        },
      ),
    ),
    invalid: Type.Optional(
      Type.String({
        description: 'No engine is asked: apply finds the resources wrong, in these words or more.',
      }),
    ),
    alone: Type.Optional(boolean('It needs the engine for itself: no other case beside it.')),
    requests: Type.Optional(Type.Array(StepSchema, { minItems: 1, description: 'In this order.' })),
  },
  strict,
)
export type CaseSpec = Static<typeof CaseSchema>
