/**
 * What a session's state promises to the caller.
 *
 * - `connecting`: there is no session yet. Requests wait.
 * - `connected`: a server answers under a session of ours. Ephemeral znodes and watches of this session stand.
 * - `suspended`: the connection is lost, the session may live or not: nobody can know. Do not act as leader, as owner of
 *   a lock or as anything else that an ephemeral znode says you are. Requests wait; watches will
 *   catch up. Next comes `connected` with the same `sessionId`, or `lost`.
 * - `lost`: a server said that the session has expired. Its ephemeral znodes are gone, its one-shot watches were told
 *   `sessionLost`, every waiting request has failed. The client is making a new session; next comes
 *   `connected`, with another `sessionId`, and persistent watches are armed again there.
 * - `authFailed`: a server refused a credential. The client is dead.
 * - `closed`: `close()` was called. The client is dead.
 */
export type SessionState =
  | 'connecting'
  | 'connected'
  | 'suspended'
  | 'lost'
  | 'authFailed'
  | 'closed'

/** Told of every change of state, in order. */
export type StateListener = (state: SessionState, previous: SessionState) => void

/** Whether the client has come to its end. */
export function isFinal(state: SessionState): boolean {
  return state === 'authFailed' || state === 'closed'
}
