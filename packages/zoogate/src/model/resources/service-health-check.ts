import { Type } from 'typebox'
import { durationField, uriPathField } from './field-schemas.ts'
import { strict } from './resource-metadata.ts'
import { SERVICE_DEFAULTS } from './service-defaults.ts'

const HOUR_MS = 3_600_000

export const HealthCheckSchema = Type.Object(
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
        {
          ...strict,
          description: 'Passes where a GET is answered so. One of `http`, `tcp` and `zookeeper`.',
        },
      ),
    ),
    tcp: Type.Optional(
      Type.Object(
        {},
        { ...strict, description: 'Passes where a connection is accepted. Written `tcp: {}`.' },
      ),
    ),
    zookeeper: Type.Optional(
      Type.Object(
        {},
        {
          ...strict,
          description:
            'Passes where a ZooKeeper server serves: it answers `srvr` and is part of a quorum. Its `4lw.commands.whitelist` must have `srvr`. Written `zookeeper: {}`.',
        },
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

export const OutlierDetectionSchema = Type.Object(
  {
    consecutive5xx: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description:
          'So many responses of 500 to 599, or broken connections, in a row, and the endpoint is ejected.',
        default: SERVICE_DEFAULTS.consecutive5xx,
      }),
    ),
    baseEjectionTime: Type.Optional(
      durationField(
        { minMs: 1000, maxMs: HOUR_MS },
        {
          description: 'How long it gets no requests then.',
          default: SERVICE_DEFAULTS.baseEjectionTime,
        },
      ),
    ),
    maxEjectionPercent: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description:
          'Never is more than this share of the pool ejected, rounded down, but one always may be.',
        default: SERVICE_DEFAULTS.maxEjectionPercent,
      }),
    ),
  },
  {
    ...strict,
    description: 'Passive health checks: who fails requests gets none for a while. Default: off.',
  },
)
