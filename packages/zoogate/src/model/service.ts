import { type Static, Type } from 'typebox'
import {
  addressField,
  cookieNameField,
  durationField,
  instanceIdField,
  percentageField,
  portField,
  uriPathField,
  znodePathField,
} from './field-schemas.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'
import { SERVICE_DEFAULTS } from './service-defaults.ts'

const HOUR_MS = 3_600_000

const DiscoverySchema = Type.Object(
  {
    path: Type.Optional(
      znodePathField({
        description:
          'The znode whose children are the registrations. Default: `services/<name>` below the root, which is `/zoogate` unless told otherwise.',
      }),
    ),
    format: Type.Optional(
      Type.Literal('zoogate', {
        description: 'How the registrations are written.',
        default: SERVICE_DEFAULTS.format,
      }),
    ),
  },
  { ...strict, description: 'Where instances register themselves. Not together with `endpoints`.' },
)

const StaticEndpointSchema = Type.Object(
  {
    id: Type.Optional(
      instanceIdField({ description: 'Its name. Default: made of the address and the port.' }),
    ),
    address: addressField({ description: 'An IP address.' }),
    port: portField({ description: 'The port that it answers on.' }),
    weight: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 256,
        description: 'Its share of the requests beside the others; 0: only its own sessions.',
        default: SERVICE_DEFAULTS.weight,
      }),
    ),
  },
  strict,
)

const HealthCheckSchema = Type.Object(
  {
    http: Type.Optional(
      Type.Object(
        {
          path: Type.Optional(
            uriPathField({
              description: 'What is asked for, with GET.',
              default: SERVICE_DEFAULTS.healthPath,
            }),
          ),
          status: Type.Optional(
            Type.String({
              pattern: '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$',
              expects: 'a status or a range of them in quotes, such as "200" or "200-399"',
              problem: (text: string) => Number(text.slice(0, 3)) > Number(text.slice(-3)),
              description: 'The answers that count as a pass.',
              default: SERVICE_DEFAULTS.healthStatus,
            }),
          ),
        },
        { ...strict, description: 'Passes where a GET is answered so. Either this or `tcp`.' },
      ),
    ),
    tcp: Type.Optional(
      Type.Object(
        {},
        { ...strict, description: 'Passes where a connection is accepted. Written `tcp: {}`.' },
      ),
    ),
    interval: Type.Optional(
      durationField(
        { minMs: 100, maxMs: HOUR_MS },
        { description: 'From one check to the next.', default: SERVICE_DEFAULTS.interval },
      ),
    ),
    timeout: Type.Optional(
      durationField(
        { minMs: 10, maxMs: HOUR_MS },
        { description: 'After it a check has failed.', default: SERVICE_DEFAULTS.timeout },
      ),
    ),
    rise: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'Passes in a row before a failing endpoint takes traffic again.',
        default: SERVICE_DEFAULTS.rise,
      }),
    ),
    fall: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'Failures in a row before a passing endpoint takes none.',
        default: SERVICE_DEFAULTS.fall,
      }),
    ),
  },
  { ...strict, description: 'How endpoints are checked. Default: they are not.' },
)

const ProtectionSchema = Type.Object(
  {
    maxLost: Type.Optional(
      percentageField({
        description:
          'More than this share of the pool lost within `window` is taken for a fault of ZooKeeper or the network, not of the instances: all of them are held.',
        default: SERVICE_DEFAULTS.maxLost,
      }),
    ),
    window: Type.Optional(
      durationField(
        { minMs: 100, maxMs: HOUR_MS },
        { description: 'The time that losses are counted over.', default: SERVICE_DEFAULTS.window },
      ),
    ),
    linger: Type.Optional(
      durationField(
        { minMs: 0, maxMs: HOUR_MS },
        {
          description:
            'How long a lost instance is kept while its health check passes. `0s` where there is no `healthCheck`.',
          default: SERVICE_DEFAULTS.linger,
        },
      ),
    ),
    holdFor: Type.Optional(
      durationField(
        { minMs: 1000, maxMs: 24 * HOUR_MS },
        {
          description: 'The longest that lost instances are held without somebody releasing them.',
          default: SERVICE_DEFAULTS.holdFor,
        },
      ),
    ),
  },
  strict,
)

export const ServiceSchema = Type.Object(
  {
    apiVersion: apiVersionField,
    kind: Type.Literal('Service'),
    metadata: MetadataSchema,
    spec: Type.Optional(
      Type.Object(
        {
          discovery: Type.Optional(DiscoverySchema),
          endpoints: Type.Optional(
            Type.Array(StaticEndpointSchema, {
              maxItems: 1000,
              description: 'A fixed pool, for what does not register itself.',
            }),
          ),
          balance: Type.Optional(
            Type.Object(
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
                  Type.Literal('sourceIP', {
                    description: "What `consistentHash` hashes: the client's address.",
                    default: 'sourceIP',
                  }),
                ),
              },
              { ...strict, description: 'How requests are spread over the endpoints.' },
            ),
          ),
          sessionPersistence: Type.Optional(
            Type.Object(
              {
                type: Type.Optional(
                  Type.Literal('Cookie', {
                    description: "The balancer's own cookie, whose value names the endpoint.",
                    default: SERVICE_DEFAULTS.sessionType,
                  }),
                ),
                sessionName: Type.Optional(
                  cookieNameField({
                    description: "The cookie's name.",
                    default: SERVICE_DEFAULTS.sessionName,
                  }),
                ),
              },
              {
                ...strict,
                description: 'Keeps a client on one endpoint. Default: it is not kept.',
              },
            ),
          ),
          healthCheck: Type.Optional(HealthCheckSchema),
          protection: Type.Optional(
            Type.Union([Type.Literal('off'), ProtectionSchema], {
              expects: '"off", or an object of maxLost, window, linger and holdFor',
              description:
                'What happens when instances vanish without a word. `off`: they go at once.',
            }),
          ),
          connections: Type.Optional(
            Type.Object(
              {
                max: Type.Optional(
                  Type.Integer({
                    minimum: 1,
                    maximum: 100_000,
                    description: 'Connections to one endpoint at once. Default: no limit.',
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
            ),
          ),
        },
        strict,
      ),
    ),
  },
  { ...strict, description: 'A pool of endpoints, and how to spread requests over them.' },
)
export type Service = Static<typeof ServiceSchema>
export type HealthCheckSpec = Static<typeof HealthCheckSchema>
