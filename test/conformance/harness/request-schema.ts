import { type Static, Type } from 'typebox'
import { durationField } from '../../../packages/zoogate/src/model/resources/field-schemas.ts'

const strict = { additionalProperties: false } as const
const text = (description: string) => Type.String({ description })

/** What is sent, and how. */
export const RequestFields = {
  listener: Type.Optional(text('One of the Gateway. Default: the first.')),
  method: Type.Optional(text('Default: GET.')),
  path: Type.Optional(text('The target, with its query. Default: `/`. `{n}`: see repeat.')),
  host: Type.Optional(text('Default: the first hostname of the resources, else `any.test`.')),
  headers: Type.Optional(
    Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
      Type.Union([Type.String(), Type.Array(Type.String())], { expects: 'a text or a list' }),
      { keysExpect: 'a header' },
    ),
  ),
  body: Type.Optional(Type.String()),
  bodyBytes: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 67_108_864, description: 'A body of so many bytes.' }),
  ),
  slowly: Type.Optional(
    durationField(
      { minMs: 1, maxMs: 60_000 },
      { description: 'The body is sent in pieces over so long.' },
    ),
  ),
  http2: Type.Optional(Type.Boolean({ expects: 'true or false', description: 'Of HTTPS only.' })),
  tls: Type.Optional(
    Type.Object(
      {
        serverName: Type.Optional(text('The SNI. Default: the host.')),
        certificate: Type.Optional(text('A secret of type TLS, which is shown.')),
        maxVersion: Type.Optional(Type.Union([Type.Literal('1.2'), Type.Literal('1.3')])),
      },
      strict,
    ),
  ),
  raw: Type.Optional(text('These bytes, in place of all above. They must say Connection: close.')),
  rawRest: Type.Optional(text('Bytes that follow `raw` once something came back.')),
  webSocket: Type.Optional(
    Type.Object(
      {
        send: text('One text message, that must come back.'),
        times: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1_000, description: 'That text so often, as one.' }),
        ),
        after: Type.Optional(
          durationField(
            { minMs: 1, maxMs: 60_000 },
            { description: 'So long nobody says a word.' },
          ),
        ),
      },
      strict,
    ),
  ),
  tcp: Type.Optional(
    Type.Object(
      {
        send: text('These bytes, which must come back.'),
        end: Type.Optional(
          Type.Boolean({
            expects: 'true or false',
            description: 'Nothing more is sent then (half-closed), before anything came back.',
          }),
        ),
      },
      strict,
    ),
  ),
  proxyProtocol: Type.Optional(
    Type.Object(
      {
        version: Type.Union([Type.Literal(1), Type.Literal(2)]),
        source: text('The IPv4 address that the proxy in front says.'),
      },
      strict,
    ),
  ),
  client: Type.Optional(text('Whose cookies are kept and sent. Default: nobody’s.')),
  repeat: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: 'So often; `{n}` in path and headers counts from 0.',
    }),
  ),
  parallel: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'So many of them at once.' }),
  ),
  within: Type.Optional(
    durationField(
      { minMs: 1, maxMs: 60_000 },
      { description: 'Asked again and again until the answer is as expected, at most so long.' },
    ),
  ),
  label: Type.Optional(text('What later requests call this one.')),
} as const

const RequestSchema = Type.Object(RequestFields, strict)
export type RequestSpec = Static<typeof RequestSchema>
