import { type Static, Type } from 'typebox'
import {
  addressField,
  durationField,
  instanceIdField,
  percentageField,
  portField,
  znodePathField,
} from './field-schemas.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'
import {
  BackendTlsSchema,
  BalanceSchema,
  ConnectionsSchema,
  SessionPersistenceSchema,
} from './service-balance.ts'
import { SERVICE_DEFAULTS } from './service-defaults.ts'
import { HealthCheckSchema, OutlierDetectionSchema } from './service-health-check.ts'

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
          balance: Type.Optional(BalanceSchema),
          sessionPersistence: Type.Optional(SessionPersistenceSchema),
          healthCheck: Type.Optional(HealthCheckSchema),
          outlierDetection: Type.Optional(OutlierDetectionSchema),
          protection: Type.Optional(
            Type.Union([Type.Literal('off'), ProtectionSchema], {
              expects: '"off", or an object of maxLost, window, linger and holdFor',
              description:
                'What happens when instances vanish without a word. `off`: they go at once.',
            }),
          ),
          slowStart: Type.Optional(
            durationField(
              { minMs: 1000, maxMs: HOUR_MS },
              {
                description:
                  'Over so long the share of an endpoint that came, or came back, grows to its own. Default: it has it at once.',
              },
            ),
          ),
          connections: Type.Optional(ConnectionsSchema),
          tls: Type.Optional(BackendTlsSchema),
        },
        strict,
      ),
    ),
  },
  { ...strict, description: 'A pool of endpoints, and how to spread requests over them.' },
)
export type Service = Static<typeof ServiceSchema>
