import { Type } from 'typebox'
import {
  cookieNameField,
  durationField,
  headerNameField,
  nameField,
  preciseHostnameField,
} from './field-schemas.ts'
import { strict } from './resource-metadata.ts'
import { SERVICE_DEFAULTS } from './service-defaults.ts'

/** How requests reach the endpoints of a Service. */

export const BalanceSchema = Type.Object(
  {
    algorithm: Type.Optional(
      Type.Union(
        [
          Type.Literal('roundRobin'),
          Type.Literal('random'),
          Type.Literal('leastRequest'),
          Type.Literal('powerOfTwoChoices'),
          Type.Literal('consistentHash'),
          Type.Literal('peakEWMA'),
        ],
        {
          description: 'How an endpoint is chosen. All of them honour weights.',
          default: SERVICE_DEFAULTS.algorithm,
        },
      ),
    ),
    hashOn: Type.Optional(
      Type.Union(
        [
          Type.Literal('sourceIP'),
          Type.Literal('path'),
          Type.Object(
            {
              header: Type.Optional(headerNameField({ description: 'The value of this header.' })),
              cookie: Type.Optional(cookieNameField({ description: 'The value of this cookie.' })),
            },
            strict,
          ),
        ],
        {
          expects: '"sourceIP", "path", or an object such as { header: x-user } or { cookie: SID }',
          description:
            "What `consistentHash` hashes: the client's address, the request's path, a header or a cookie.",
          default: SERVICE_DEFAULTS.hashOn,
        },
      ),
    ),
  },
  { ...strict, description: 'How requests are spread over the endpoints.' },
)

export const SessionPersistenceSchema = Type.Object(
  {
    type: Type.Optional(
      Type.Union([Type.Literal('Cookie'), Type.Literal('SourceIP')], {
        description:
          '`Cookie`: by a cookie. `SourceIP`: by the address that the client comes from.',
        default: SERVICE_DEFAULTS.sessionType,
      }),
    ),
    sessionName: Type.Optional(
      cookieNameField({
        description: "The cookie's name. Must be written for the application's own cookie.",
        default: SERVICE_DEFAULTS.sessionName,
      }),
    ),
    cookie: Type.Optional(
      Type.Object(
        {
          mode: Type.Optional(
            Type.Union([Type.Literal('Insert'), Type.Literal('Application')], {
              description:
                "`Insert`: the balancer's own cookie, whose value names the endpoint. `Application`: the application's (JSESSIONID), whose value ends in `.` and the endpoint's id.",
              default: SERVICE_DEFAULTS.cookieMode,
            }),
          ),
        },
        { ...strict, description: 'Whose cookie it is.' },
      ),
    ),
  },
  { ...strict, description: 'Keeps a client on one endpoint. Default: it is not kept.' },
)

export const ConnectionsSchema = Type.Object(
  {
    max: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: 'Connections to one endpoint at once. Default: no limit.',
      }),
    ),
    queue: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description:
          "Requests that may wait while all endpoints have `max`; more get 503. Default: the engine's own.",
      }),
    ),
    connectTimeout: Type.Optional(
      durationField(
        { minMs: 10, maxMs: 300_000 },
        {
          description: 'How long a connection to an endpoint may take to open.',
          default: SERVICE_DEFAULTS.connectTimeout,
        },
      ),
    ),
  },
  { ...strict, description: 'Connections from one node to the endpoints.' },
)

export const BackendTlsSchema = Type.Object(
  {
    verify: Type.Optional(
      Type.Boolean({
        description: "Whether the endpoint's certificate must be valid.",
        default: SERVICE_DEFAULTS.tlsVerify,
      }),
    ),
    serverName: Type.Optional(
      preciseHostnameField({
        description:
          "What the endpoint is asked for (SNI), and what its certificate must be for. Default: the request's host, and a certificate for any name.",
      }),
    ),
    caRef: Type.Optional(
      Type.Object(
        { name: nameField({ description: 'A Secret of type CA.' }) },
        { ...strict, description: "Who must have signed it. Default: the host's own authorities." },
      ),
    ),
    clientCertificateRef: Type.Optional(
      Type.Object(
        { name: nameField({ description: 'A Secret of type TLS.' }) },
        { ...strict, description: 'What is shown to the endpoint. Default: nothing.' },
      ),
    ),
  },
  {
    ...strict,
    description: 'Speaks TLS with the endpoints; written `tls: {}` at the least. Default: plain.',
  },
)
