import { Type } from 'typebox'
import { listenAddressField, nameField, portField } from './field-schemas.ts'
import { GATEWAY_DEFAULTS } from './gateway-defaults.ts'
import { strict } from './resource-metadata.ts'

const ClientCertificatesSchema = Type.Object(
  {
    caRef: Type.Object(
      { name: nameField({ description: 'A Secret of type CA.' }) },
      { ...strict, description: 'Who signs the certificates of clients.' },
    ),
    mode: Type.Optional(
      Type.Union([Type.Literal('Required'), Type.Literal('Optional')], {
        description:
          '`Required`: who shows none is refused. `Optional`: one may be shown, and must then be valid.',
        default: GATEWAY_DEFAULTS.clientCertificates,
      }),
    ),
  },
  { ...strict, description: 'Asks clients for a certificate (mutual TLS). Default: they are not.' },
)

const TlsSchema = Type.Object(
  {
    certificateRefs: Type.Array(
      Type.Object({ name: nameField({ description: 'A Secret of type TLS.' }) }, strict),
      {
        minItems: 1,
        maxItems: 64,
        description:
          'The certificates. The name that a client asks for (SNI) chooses; where none fits, the first is shown.',
      },
    ),
    minVersion: Type.Optional(
      Type.Union([Type.Literal('1.2'), Type.Literal('1.3')], {
        expects: '"1.2" or "1.3", in quotes',
        description: 'The oldest version of TLS that is spoken.',
        default: GATEWAY_DEFAULTS.tlsMinVersion,
      }),
    ),
    http2: Type.Optional(
      Type.Boolean({
        description: 'Offers HTTP/2 (by ALPN). Only for HTTPS.',
        default: GATEWAY_DEFAULTS.http2,
      }),
    ),
    clientCertificates: Type.Optional(ClientCertificatesSchema),
  },
  { ...strict, description: 'Of HTTPS and TLS, which need it: how connections are decrypted.' },
)

export const ListenerSchema = Type.Object(
  {
    name: nameField({ description: 'What a route names as `sectionName`. Unique in the Gateway.' }),
    port: portField({ description: 'The TCP port that it listens on. Unique per address.' }),
    address: Type.Optional(
      listenAddressField({
        description: "The address that it listens on; `*` is all of the host's.",
        default: GATEWAY_DEFAULTS.listenAddress,
      }),
    ),
    protocol: Type.Optional(
      Type.Union(
        [Type.Literal('HTTP'), Type.Literal('HTTPS'), Type.Literal('TCP'), Type.Literal('TLS')],
        {
          description:
            'What is spoken on it. `HTTP` and `HTTPS` take HTTPRoutes; `TCP` and `TLS` (decrypted here, and carried on as TCP) take a TCPRoute.',
          default: GATEWAY_DEFAULTS.protocol,
        },
      ),
    ),
    tls: Type.Optional(TlsSchema),
  },
  strict,
)
