import { type Static, Type } from 'typebox'
import { durationField, networkField, sizeField } from './field-schemas.ts'
import { GATEWAY_DEFAULTS } from './gateway-defaults.ts'
import { ListenerSchema } from './gateway-listeners.ts'
import { NativeSchema } from './gateway-native.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'

const ClientAddressSchema = Type.Object(
  {
    trustedProxies: Type.Optional(
      Type.Array(networkField({ description: 'A network or an address.' }), {
        maxItems: 256,
        description:
          'Proxies in front whose X-Forwarded-For, -Proto, -Host and Forwarded are believed and added to. Default: nobody; these headers are then written anew.',
      }),
    ),
    proxyProtocol: Type.Optional(
      Type.Boolean({
        description:
          'Every connection begins with a header of the PROXY protocol, version 1 or 2; others are refused.',
        default: GATEWAY_DEFAULTS.proxyProtocol,
      }),
    ),
  },
  { ...strict, description: "Whom to believe about a client's address." },
)

const LimitsSchema = Type.Object(
  {
    headerBytes: Type.Optional(
      sizeField(
        { minBytes: 1024, maxBytes: 1024 ** 2 },
        {
          description:
            "Of a request's line and headers together; more is answered with 431, or 400. Default: the engine's own.",
        },
      ),
    ),
    bodyBytes: Type.Optional(
      sizeField(
        { minBytes: 1, maxBytes: 1024 ** 4 },
        {
          description: "Of a request's body; more is answered with 413. Default: the engine's own.",
        },
      ),
    ),
    idle: Type.Optional(
      durationField(
        { minMs: 1000, maxMs: 86_400_000 },
        {
          description:
            "Of silence, in either direction, before a request or a TCP connection is ended. Default: the engine's own.",
        },
      ),
    ),
  },
  { ...strict, description: 'How much one client may ask for.' },
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
          [
            Type.Literal('haproxy'),
            Type.Literal('nginx'),
            Type.Literal('httpd'),
            Type.Literal('builtin'),
          ],
          { description: 'What carries the traffic on every node of this Gateway.' },
        ),
        listeners: Type.Optional(
          Type.Array(ListenerSchema, {
            minItems: 1,
            maxItems: 64,
            description:
              'Where it takes requests and connections. May be missing beside `native` only, whose text says it itself; what is listed there is tried before a reload, and shown.',
          }),
        ),
        native: Type.Optional(NativeSchema),
        clientAddress: Type.Optional(ClientAddressSchema),
        limits: Type.Optional(LimitsSchema),
        concurrency: Type.Optional(ConcurrencySchema),
      },
      strict,
    ),
  },
  { ...strict, description: 'A named set of identical load balancers.' },
)
export type Gateway = Static<typeof GatewaySchema>
