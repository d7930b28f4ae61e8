import { type Static, Type } from 'typebox'
import { durationField, listenAddressField, nameField, portField } from './field-schemas.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'

export const GATEWAY_DEFAULTS = {
  listenAddress: '*',
  protocol: 'HTTP',
  workers: 'auto',
  maxConnections: 20_000,
  keepAlive: '60s',
} as const

const ListenerSchema = Type.Object(
  {
    name: nameField({
      description: 'What an HTTPRoute names as `sectionName`. Unique in the Gateway.',
    }),
    port: portField({ description: 'The TCP port that it listens on. Unique per address.' }),
    address: Type.Optional(
      listenAddressField({
        description: "The address that it listens on; `*` is all of the host's.",
        default: GATEWAY_DEFAULTS.listenAddress,
      }),
    ),
    protocol: Type.Optional(
      Type.Literal('HTTP', {
        description: 'What is spoken on it: HTTP/1.1 without encryption.',
        default: GATEWAY_DEFAULTS.protocol,
      }),
    ),
  },
  strict,
)

const ConcurrencySchema = Type.Object(
  {
    workers: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: 64 })], {
        expects: '"auto" or a number from 1 to 64',
        description: 'Worker processes or threads of the engine; `auto` is one for each core.',
        default: GATEWAY_DEFAULTS.workers,
      }),
    ),
    maxConnections: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Client connections at once, over all workers.',
        default: GATEWAY_DEFAULTS.maxConnections,
      }),
    ),
    keepAlive: Type.Optional(
      durationField(
        { minMs: 1000, maxMs: 3_600_000 },
        {
          description: 'How long an idle client connection is kept open.',
          default: GATEWAY_DEFAULTS.keepAlive,
        },
      ),
    ),
  },
  { ...strict, description: 'How much the engine takes on at once.' },
)

export const GatewaySchema = Type.Object(
  {
    apiVersion: apiVersionField,
    kind: Type.Literal('Gateway'),
    metadata: MetadataSchema,
    spec: Type.Object(
      {
        engine: Type.Union(
          [Type.Literal('haproxy'), Type.Literal('nginx'), Type.Literal('builtin')],
          { description: 'What carries the traffic on every node of this Gateway.' },
        ),
        listeners: Type.Array(ListenerSchema, {
          minItems: 1,
          maxItems: 64,
          description: 'Where it takes requests.',
        }),
        concurrency: Type.Optional(ConcurrencySchema),
      },
      strict,
    ),
  },
  { ...strict, description: 'A named set of identical load balancers.' },
)
export type Gateway = Static<typeof GatewaySchema>
