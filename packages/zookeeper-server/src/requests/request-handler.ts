import {
  authOperation,
  ErrorCode,
  type JuteReader,
  OpCode,
  ProtocolError,
  type RequestHeader,
  SpecialXid,
} from '@zoogate/zookeeper/protocol'
import { authenticate } from '../access/authenticate.ts'
import type { Connection } from '../net/connection.ts'
import type { WatchManager } from '../watches/watch-manager.ts'
import type { RequestHandler } from './answer.ts'
import type { Ledger } from './ledger.ts'
import { readHandlers } from './reads.ts'
import { watchHandlers } from './watches.ts'
import { writeHandlers } from './writes.ts'

export interface RequestHost {
  readonly ledger: Ledger
  readonly watches: WatchManager
  readonly superDigest: string | undefined
  /** Ends a session by its client's wish. */
  closeSession(sessionId: bigint): void
}

/** Carries out one request of a connection whose session stands, and answers it. */
export function handleRequest(
  host: RequestHost,
  connection: Connection,
  header: RequestHeader,
  reader: JuteReader,
): void {
  const { xid, type } = header
  switch (type) {
    case OpCode.ping:
      connection.reply(SpecialXid.ping, ErrorCode.ok)
      return
    case OpCode.auth:
      handleAuth(host, connection, reader)
      return
    case OpCode.closeSession:
      handleCloseSession(host, connection, xid)
      return
  }
  const write = writeHandlers.get(type)
  if (write !== undefined) {
    // The disk refuses: a server that only reads says so for every write.
    if (!host.ledger.writable) connection.reply(xid, ErrorCode.notReadOnly)
    else answer(write, host, connection, xid, reader)
    return
  }
  const read = readHandlers.get(type) ?? watchHandlers.get(type)
  if (read !== undefined) {
    answer(read, host, connection, xid, reader)
    return
  }
  // Unknown, or known and not to be had here (SASL, a check alone): as Apache's server, the reply and then the end.
  connection.reply(xid, ErrorCode.unimplemented)
  connection.end()
}

function answer(
  handler: RequestHandler,
  host: RequestHost,
  connection: Connection,
  xid: number,
  reader: JuteReader,
): void {
  const { ledger, watches } = host
  const { sessionId, identities } = connection
  try {
    const body = handler(reader, { ledger, watches, watcher: connection, sessionId, identities })
    if (typeof body === 'number') connection.reply(xid, body)
    else connection.reply(xid, ErrorCode.ok, body)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    connection.reply(xid, ErrorCode.marshallingError)
  }
}

function handleAuth(host: RequestHost, connection: Connection, reader: JuteReader): void {
  const { scheme, auth } = authOperation.decodeRequest(reader)
  const proved = authenticate({
    scheme,
    credential: auth ?? Buffer.alloc(0),
    address: connection.address,
    superDigest: host.superDigest,
  })
  if (proved === undefined) {
    connection.reply(SpecialXid.auth, ErrorCode.authFailed)
    connection.end()
    return
  }
  const known = connection.identities
  const fresh = proved.filter(
    ({ scheme: s, id }) => !known.some((other) => other.scheme === s && other.id === id),
  )
  connection.identities = [...known, ...fresh]
  connection.reply(SpecialXid.auth, ErrorCode.ok)
}

function handleCloseSession(host: RequestHost, connection: Connection, xid: number): void {
  // While the disk refuses, the session cannot be ended: it expires when there is a disk again.
  if (host.ledger.writable) {
    host.closeSession(connection.sessionId)
    connection.reply(xid, ErrorCode.ok)
  } else connection.reply(xid, ErrorCode.notReadOnly)
  connection.end()
}
