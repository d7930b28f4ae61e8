import { ProtocolError } from '../errors/protocol-error.ts'
import type { ConnectRequest, ConnectResponse } from '../protocol/records/connect.ts'

/** What a server's answer to the handshake means. */
export type HandshakeOutcome = 'given' | 'expired'

/**
 * Says whether the server gave a session, or does not know ours any more. Throws for an answer that says neither: another server is
 * to be asked then, and the session stays as it is.
 */
export function checkHandshake(
  request: ConnectRequest,
  response: ConnectResponse,
): HandshakeOutcome {
  const isReadOnly = response.readOnly === true
  if (response.timeoutMs <= 0) {
    if (request.sessionId === 0n) throw new Error('the server gave no session')
    // It may be behind the server that gave the session. Only a quorum can end one.
    if (isReadOnly) throw new Error('the server is read-only, and does not know the session')
    return 'expired'
  }
  if (isReadOnly && request.readOnly !== true) throw new Error('the server is read-only')
  if (response.sessionId === 0n) throw malformed('a session with the number 0')
  if (request.sessionId !== 0n && response.sessionId !== request.sessionId) {
    throw malformed(`the session ${hex(response.sessionId)} for ${hex(request.sessionId)}`)
  }
  return 'given'
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('ZK_MALFORMED', `the server gave ${what}`)
}

function hex(sessionId: bigint): string {
  return `0x${BigInt.asUintN(64, sessionId).toString(16)}`
}
