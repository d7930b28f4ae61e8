import { type Static, Type } from 'typebox'

/**
 * An operator's word on one instance, `/overrides/<service>/<instance>`. It beats what the instance
 * says of itself; what it does not mention stays the instance's own.
 */
export const OverrideSchema = Type.Object({
  v: Type.Literal(1),
  state: Type.Optional(
    Type.Union([Type.Literal('up'), Type.Literal('draining'), Type.Literal('down')]),
  ),
  weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 256 })),
  /** Milliseconds since the epoch; after it the override no longer counts. */
  until: Type.Optional(Type.Integer()),
  by: Type.String(),
  reason: Type.Optional(Type.String()),
})
export type Override = Static<typeof OverrideSchema>

/**
 * The data of `/overrides/<service>` itself: the acknowledgement of a hold. Endpoints lost before
 * `releasedAt` (milliseconds since the epoch) are no longer held.
 */
export const ReleaseSchema = Type.Object({
  v: Type.Literal(1),
  releasedAt: Type.Integer(),
  by: Type.String(),
})
export type Release = Static<typeof ReleaseSchema>
