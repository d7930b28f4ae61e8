import { ProtocolError } from '../../errors/protocol-error.ts'
import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** A session's password is always this long. */
export const PASSWORD_BYTES = 16

/** The first frame of a client: it asks for a new session, or for one that it had. */
export interface ConnectRequest {
  readonly protocolVersion: number
  /** The newest transaction that the client knows of. A server that is behind it closes the socket without a word. */
  readonly lastZxidSeen: bigint
  /** The session timeout that the client wishes, in milliseconds. */
  readonly timeoutMs: number
  /** 0 asks for a new session. */
  readonly sessionId: bigint
  readonly password: Buffer
  /** Whether a server without a quorum will do. Undefined: the byte is absent, as clients up to 3.3 write it. */
  readonly readOnly?: boolean | undefined
}

/** The first frame of a server. */
export interface ConnectResponse {
  readonly protocolVersion: number
  /** The session timeout that holds, in milliseconds; 0 when the session is not (or no longer) known. */
  readonly timeoutMs: number
  readonly sessionId: bigint
  readonly password: Buffer
  /** Whether the server is without a quorum. Undefined: the byte is absent, as the client's request was. */
  readonly readOnly?: boolean | undefined
}

// ConnectRequest  => int protocolVersion, long lastZxidSeen, int timeOut, long sessionId, buffer passwd, [bool readOnly]
// ConnectResponse => int protocolVersion, int timeOut, long sessionId, buffer passwd, [bool readOnly]

export function encodeConnectRequest(writer: JuteWriter, request: ConnectRequest): void {
  writer
    .writeInt32(request.protocolVersion)
    .writeInt64(request.lastZxidSeen)
    .writeInt32(request.timeoutMs)
    .writeInt64(request.sessionId)
    .writeBuffer(request.password)
  if (request.readOnly !== undefined) writer.writeBoolean(request.readOnly)
}

export function decodeConnectRequest(reader: JuteReader): ConnectRequest {
  return {
    protocolVersion: reader.readInt32(),
    lastZxidSeen: reader.readInt64(),
    timeoutMs: reader.readInt32(),
    sessionId: reader.readInt64(),
    password: readPassword(reader),
    readOnly: readTrailingBoolean(reader),
  }
}

export function encodeConnectResponse(writer: JuteWriter, response: ConnectResponse): void {
  writer
    .writeInt32(response.protocolVersion)
    .writeInt32(response.timeoutMs)
    .writeInt64(response.sessionId)
    .writeBuffer(response.password)
  if (response.readOnly !== undefined) writer.writeBoolean(response.readOnly)
}

export function decodeConnectResponse(reader: JuteReader): ConnectResponse {
  return {
    protocolVersion: reader.readInt32(),
    timeoutMs: reader.readInt32(),
    sessionId: reader.readInt64(),
    password: readPassword(reader),
    readOnly: readTrailingBoolean(reader),
  }
}

function readPassword(reader: JuteReader): Buffer {
  const password = reader.readBuffer()
  if (password === null) return Buffer.alloc(PASSWORD_BYTES)
  if (password.length > PASSWORD_BYTES) {
    throw new ProtocolError('ZK_MALFORMED', `a session password of ${password.length} bytes`)
  }
  return password
}

function readTrailingBoolean(reader: JuteReader): boolean | undefined {
  return reader.remaining > 0 ? reader.readBoolean() : undefined
}
