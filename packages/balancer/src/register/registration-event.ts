/**
 * - `connecting`: no session yet, or a new one after an expiry; nothing is registered.
 * - `waiting`: the znode belongs to another session; it is ours as soon as that one goes.
 * - `registered`: the znode is ours and says what it shall.
 * - `suspended`: registered, but ZooKeeper cannot be reached. The znode stays while the session does,
 *   and comes back with the same id should it expire.
 * - `failing`: ZooKeeper refuses; it is tried again for ever, but for credentials that it does not accept.
 * - `closed`: `close` was called. Final.
 */
export type RegistrationState =
  | 'connecting'
  | 'waiting'
  | 'registered'
  | 'suspended'
  | 'failing'
  | 'closed'

export interface RegistrationEvent {
  readonly state: RegistrationState
  /** For people: why it waits or fails. */
  readonly reason?: string
}
