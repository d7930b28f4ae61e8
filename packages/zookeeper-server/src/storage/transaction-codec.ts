import {
  decodeAcl,
  type ErrorCode,
  encodeAcl,
  type JuteReader,
  type JuteWriter,
} from '@zoogate/zookeeper/protocol'
import { sharedAcl } from '../access/normalize-acl.ts'
import type { Change, Transaction, TransactionBody } from '../transactions/transaction.ts'
import { CONTAINER, type Lifetime, PERSISTENT } from '../tree/lifetime.ts'
import { ZooKeeperServerError } from '../zookeeper-server-error.ts'

const BODY_TYPES = ['changes', 'createSession', 'closeSession', 'refused'] as const
const CHANGE_TYPES = ['create', 'delete', 'setData', 'setAcl'] as const
const LIFETIMES = ['persistent', 'ephemeral', 'container', 'ttl'] as const

// Transaction => long zxid, long timeMs, int type, body
// body        => vector<Change> | long sessionId, int timeoutMs | long sessionId | int code
// Change      => int type, ustring path, { create: buffer data, vector<ACL>, Lifetime; setData: buffer; setAcl: vector<ACL> }
// Lifetime    => int kind, long { sessionId of ephemeral, milliseconds of ttl, else 0 }

export function encodeTransaction(writer: JuteWriter, transaction: Transaction): void {
  const { body } = transaction
  writer
    .writeInt64(transaction.zxid)
    .writeInt64(BigInt(transaction.timeMs))
    .writeInt32(BODY_TYPES.indexOf(body.type))
  switch (body.type) {
    case 'changes':
      writer.writeVector(body.changes, encodeChange)
      break
    case 'createSession':
      writer.writeInt64(body.sessionId).writeInt32(body.timeoutMs)
      break
    case 'closeSession':
      writer.writeInt64(body.sessionId)
      break
    case 'refused':
      writer.writeInt32(body.code)
      break
  }
}

export function decodeTransaction(reader: JuteReader): Transaction {
  const zxid = reader.readInt64()
  const timeMs = Number(reader.readInt64())
  return { zxid, timeMs, body: decodeBody(reader) }
}

function decodeBody(reader: JuteReader): TransactionBody {
  const type = member(BODY_TYPES, reader.readInt32())
  switch (type) {
    case 'changes':
      return { type, changes: reader.readVector(decodeChange) }
    case 'createSession':
      return { type, sessionId: reader.readInt64(), timeoutMs: reader.readInt32() }
    case 'closeSession':
      return { type, sessionId: reader.readInt64() }
    case 'refused':
      return { type, code: reader.readInt32() as ErrorCode }
  }
}

function encodeChange(writer: JuteWriter, change: Change): void {
  writer.writeInt32(CHANGE_TYPES.indexOf(change.type)).writeString(change.path)
  switch (change.type) {
    case 'create':
      writer.writeBuffer(change.data).writeVector(change.acl, encodeAcl)
      encodeLifetime(writer, change.lifetime)
      break
    case 'setData':
      writer.writeBuffer(change.data)
      break
    case 'setAcl':
      writer.writeVector(change.acl, encodeAcl)
      break
    case 'delete':
      break
  }
}

function decodeChange(reader: JuteReader): Change {
  const type = member(CHANGE_TYPES, reader.readInt32())
  const path = reader.readString()
  switch (type) {
    case 'create':
      return {
        type,
        path,
        data: reader.readBuffer(),
        acl: sharedAcl(reader.readVector(decodeAcl)),
        lifetime: decodeLifetime(reader),
      }
    case 'setData':
      return { type, path, data: reader.readBuffer() }
    case 'setAcl':
      return { type, path, acl: sharedAcl(reader.readVector(decodeAcl)) }
    case 'delete':
      return { type, path }
  }
}

export function encodeLifetime(writer: JuteWriter, lifetime: Lifetime): void {
  writer.writeInt32(LIFETIMES.indexOf(lifetime.kind))
  if (lifetime.kind === 'ephemeral') writer.writeInt64(lifetime.sessionId)
  else writer.writeInt64(lifetime.kind === 'ttl' ? BigInt(lifetime.ttlMs) : 0n)
}

export function decodeLifetime(reader: JuteReader): Lifetime {
  const kind = member(LIFETIMES, reader.readInt32())
  const value = reader.readInt64()
  switch (kind) {
    case 'persistent':
      return PERSISTENT
    case 'container':
      return CONTAINER
    case 'ephemeral':
      return { kind, sessionId: value }
    case 'ttl':
      return { kind, ttlMs: Number(value) }
  }
}

/** The checksum was right, so a number out of range comes from a newer version of this server. */
function member<T>(values: readonly T[], index: number): T {
  const value = values[index]
  if (value === undefined) {
    throw new ZooKeeperServerError(
      'ZK_SERVER_FORMAT_UNKNOWN',
      `a stored record has the type ${index}, which this version does not know`,
    )
  }
  return value
}
