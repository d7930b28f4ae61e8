import { type Static, Type } from 'typebox'

/** At most so many differences and refusals of one service are listed in a report; all are counted. */
export const REPORTED_PER_SERVICE_MAX = 100

const StateSchema = Type.Union([
  Type.Literal('up'),
  Type.Literal('draining'),
  Type.Literal('down'),
  Type.Literal('absent'),
])

/**
 * What a node says of itself in `/gateways/<gateway>/nodes/<node>`: written on transitions, at most
 * once a second. Programs write it: unknown fields are ignored.
 */
export const NodeReportSchema = Type.Object({
  v: Type.Literal(1),
  engine: Type.String(),
  engineVersion: Type.Optional(Type.String()),
  host: Type.String(),
  /** The revision that the engine serves; 0: none yet. */
  revision: Type.Integer({ minimum: 0 }),
  /** Where the text of a native configuration lies, and which change of it is served: its zxid, in hexadecimal. */
  znode: Type.Optional(Type.Object({ path: Type.String(), zxid: Type.String() })),
  /** The revision that the rollout asks for. */
  target: Type.Integer({ minimum: 0 }),
  /**
   * `starting`: no engine yet; `ready`: serves what it shall; `applying`: on the way to it; `failed`:
   * the target was refused or reverted, the former serves; `stopped`: the engine does not run.
   */
  state: Type.Union([
    Type.Literal('starting'),
    Type.Literal('ready'),
    Type.Literal('applying'),
    Type.Literal('failed'),
    Type.Literal('stopped'),
  ]),
  lastError: Type.Optional(
    Type.Object({ at: Type.String(), revision: Type.Integer(), message: Type.String() }),
  ),
  updatedAt: Type.String(),
  listeners: Type.Array(Type.Object({ name: Type.String(), url: Type.String() })),
  services: Type.Record(
    Type.String(),
    Type.Object({
      /** Endpoints that the engine has, by state. */
      up: Type.Integer(),
      draining: Type.Integer(),
      down: Type.Integer(),
      /** Endpoints whose effective state is not the registered one, with the reason. */
      differences: Type.Array(
        Type.Object({
          id: Type.String(),
          address: Type.String(),
          port: Type.Integer(),
          registered: StateSchema,
          effective: StateSchema,
          reason: Type.String(),
        }),
      ),
      differencesTotal: Type.Integer(),
      /** Registrations that were refused. */
      refused: Type.Array(Type.Object({ path: Type.String(), reason: Type.String() })),
      refusedTotal: Type.Integer(),
    }),
  ),
})
export type NodeReport = Static<typeof NodeReportSchema>
