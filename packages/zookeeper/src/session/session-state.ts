/**
 * What a session's state promises to the caller.
 *
 * - `connecting`: there is no session yet. Requests wait.
 * - `connected`: a server answers under a session of ours. Ephemeral znodes and watches of this session stand.
 * - `connectedReadOnly`: a server without a quorum answers; only ever with the option `canBeReadOnly`. It answers reads
 *   from the tree as it last knew it, which may be an old one, and writes with a `ReadOnlyServerError`. Of the session nobody
 *   can know more than in `suspended`: do not act as leader or owner. Watches are armed, and fire when the server has caught up or
 *   another one was found: the client looks for one with a quorum all the time. Next comes `suspended` (`connecting` when
 *   there is no session yet), then `connected`.
 * - `suspended`: the connection is lost, the session may live or not: nobody can know. Do not act as leader, as owner of
 *   a lock or as anything else that an ephemeral znode says you are. Requests wait; watches will
 *   catch up. Next comes `connected` (or `connectedReadOnly`) with the same `sessionId`, or `lost`.
 * - `lost`: a server said that the session has expired. Its ephemeral znodes are gone, its one-shot watches were told
 *   `sessionLost`, every waiting request has failed. The client is making a new session; next comes
 *   `connected`, with another `sessionId`, and persistent watches are armed again there.
 * - `authFailed`: a server refused a credential. The client is dead.
 * - `closed`: `close()` was called. The client is dead.
 *
 * Only in `connected` may you rely on the session.
 *
 * kazoo's and Curator's three are among them: CONNECTED is `connected` (Curator's RECONNECTED too: its `previous` is `suspended` or
 * `lost`), READ_ONLY and CONNECTED_RO are `connectedReadOnly`, SUSPENDED is `suspended`, and LOST is `lost`, `authFailed` or `closed`.
 * One thing differs. Curator says LOST by its own clock, when a session timeout has passed without a connection; here a session is
 * `suspended` for however long no server answers, and `lost` only when one has said so. Who wants to give up by the clock starts a timer
 * of `sessionTimeoutMs` when it becomes `suspended`.
 */
export type SessionState =
  | 'connecting'
  | 'connected'
  | 'connectedReadOnly'
  | 'suspended'
  | 'lost'
  | 'authFailed'
  | 'closed'

/** Told of every change of state, in order. */
export type StateListener = (state: SessionState, previous: SessionState) => void

/** Whether a server answers. */
export function isAnswered(state: SessionState): boolean {
  return state === 'connected' || state === 'connectedReadOnly'
}

/** Whether the client has come to its end. */
export function isFinal(state: SessionState): boolean {
  return state === 'authFailed' || state === 'closed'
}
