import {
  type ConnectRequest,
  encodeConnectResponse,
  PASSWORD_BYTES,
} from '@zoogate/zookeeper/protocol'
import type { Connection } from './connection.ts'

/** The limits of a session's timeout. */
interface TimeoutLimits {
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
}

/** What the server holds against a request for a session. */
export interface HandshakeHost extends TimeoutLimits {
  readonly lastZxid: bigint
  readonly writable: boolean
  isSession(sessionId: bigint): boolean
  isPasswordRight(sessionId: bigint, password: Buffer): boolean
  passwordOf(sessionId: bigint): Buffer
  /** Makes a session. */
  openSession(timeoutMs: number): bigint
  /** Gives the session to this connection; the one that had it is closed. */
  adopt(connection: Connection, sessionId: bigint, timeoutMs: number): void
}

/** Answers a connection's first frame (ZooKeeperServer.processConnectRequest). */
export function handshake(
  host: HandshakeHost,
  connection: Connection,
  request: ConnectRequest,
): void {
  // The client has seen what this server has not: an answer would take it back in time. It looks for another server.
  if (request.lastZxidSeen > host.lastZxid) {
    connection.destroy()
    return
  }
  const timeoutMs = Math.min(
    Math.max(request.timeoutMs, host.minSessionTimeoutMs),
    host.maxSessionTimeoutMs,
  )
  const sessionId = sessionFor(host, request, timeoutMs)
  if (sessionId === undefined) {
    connection.destroy()
    return
  }
  const known = sessionId !== 0n
  // A wrong password leaves the connection of the session's owner alone; Apache's server closes it.
  if (known) host.adopt(connection, sessionId, timeoutMs)
  connection.send((writer) =>
    encodeConnectResponse(writer, {
      protocolVersion: 0,
      timeoutMs: known ? timeoutMs : 0,
      sessionId,
      password: known ? host.passwordOf(sessionId) : Buffer.alloc(PASSWORD_BYTES),
      // Clients up to 3.3 do not know the last byte, and do not send it.
      readOnly: request.readOnly === undefined ? undefined : false,
    }),
  )
  if (!known) connection.end()
}

/** The session's id; 0 when it is not known or the password is wrong; undefined when no session can be made. */
function sessionFor(
  host: HandshakeHost,
  { sessionId, password }: ConnectRequest,
  timeoutMs: number,
): bigint | undefined {
  if (sessionId === 0n) return host.writable ? host.openSession(timeoutMs) : undefined
  return host.isSession(sessionId) && host.isPasswordRight(sessionId, password) ? sessionId : 0n
}
