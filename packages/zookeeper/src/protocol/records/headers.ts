import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** Stands before every request but the handshake's. */
export interface RequestHeader {
  /** The request's number on its connection, or one of `SpecialXid`. */
  readonly xid: number
  /** An `OpCode`; any other number may come from a client of another version. */
  readonly type: number
}

/** Stands before every reply but the handshake's. A body follows only when `err` is 0 (multi included). */
export interface ReplyHeader {
  readonly xid: number
  /** The last transaction that the server had applied; -1 or 0 where it says nothing. */
  readonly zxid: bigint
  /** An `ErrorCode`, or a code of another version. */
  readonly err: number
}

// RequestHeader => int xid, int type

export function encodeRequestHeader(writer: JuteWriter, header: RequestHeader): void {
  writer.writeInt32(header.xid).writeInt32(header.type)
}

export function decodeRequestHeader(reader: JuteReader): RequestHeader {
  return { xid: reader.readInt32(), type: reader.readInt32() }
}

// ReplyHeader => int xid, long zxid, int err

export function encodeReplyHeader(writer: JuteWriter, header: ReplyHeader): void {
  writer.writeInt32(header.xid).writeInt64(header.zxid).writeInt32(header.err)
}

export function decodeReplyHeader(reader: JuteReader): ReplyHeader {
  return { xid: reader.readInt32(), zxid: reader.readInt64(), err: reader.readInt32() }
}
