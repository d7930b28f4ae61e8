import { type Static, Type } from 'typebox'

/**
 * At most so many instances of one service are remembered. Above it those go first that take no
 * traffic any more, then those that were lost longest ago; what is registered is never forgotten.
 */
export const REMEMBERED_MAX = 20_000

/**
 * What is remembered of one instance.
 *
 * `present`: registered, and in the pool as it says. `waiting`: registered as up, but it came and
 * went too often; in the pool as `waitsAs`. `lost`: no longer (validly) registered, still in the
 * pool. `gone`: not in the pool; remembered to count the loss, or the flapping.
 */
const RememberedSchema = Type.Object({
  id: Type.String(),
  address: Type.String(),
  port: Type.Integer(),
  weight: Type.Integer(),
  /** What it said last. */
  state: Type.Union([Type.Literal('up'), Type.Literal('draining'), Type.Literal('down')]),
  phase: Type.Union([
    Type.Literal('present'),
    Type.Literal('waiting'),
    Type.Literal('lost'),
    Type.Literal('gone'),
  ]),
  waitsAs: Type.Optional(
    Type.Union([Type.Literal('absent'), Type.Literal('draining'), Type.Literal('down')]),
  ),
  /** When it was found missing. Absent on a `gone` one: it left, or its loss no longer counts. */
  lostAtMs: Type.Optional(Type.Number()),
  /** Times that it may still come before it is damped, as counted at `comingsAtMs`. */
  comings: Type.Number(),
  comingsAtMs: Type.Number(),
})
export type Remembered = Static<typeof RememberedSchema>

/** A hold: so much was lost at once that the registry is believed less than the engine's checks. */
const HoldSchema = Type.Object({
  sinceMs: Type.Number(),
  /** Instances that said `up`, lost ones included, when it began, less those that left since. */
  poolSize: Type.Integer(),
  /** How many of them were lost when it began. */
  lost: Type.Integer(),
})
export type Hold = Static<typeof HoldSchema>

/** What the decision on one service carries from step to step. Plain JSON: it goes to disk. */
export const PoolMemorySchema = Type.Object({
  v: Type.Literal(1),
  /** By id, each once. */
  instances: Type.Array(RememberedSchema, { maxItems: REMEMBERED_MAX }),
  hold: Type.Optional(HoldSchema),
  /** The last acknowledgement that was seen. */
  releasedAtMs: Type.Optional(Type.Number()),
})
export type PoolMemory = Static<typeof PoolMemorySchema>

export const EMPTY_POOL_MEMORY: PoolMemory = { v: 1, instances: [] }
