import { ProtocolError } from '../../errors/protocol-error.ts'
import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode, opCodeName } from '../op-code.ts'
import { decodeMultiHeader, encodeMultiHeader, MULTI_END } from '../records/multi-header.ts'
import type { Stat } from '../records/stat.ts'
import { type CheckRequest, checkOperation } from './check.ts'
import { type CreateRequest, createOperation } from './create.ts'
import { createContainerOperation } from './create-container.ts'
import { type CreateTTLRequest, createTTLOperation } from './create-ttl.ts'
import { create2Operation } from './create2.ts'
import { type DeleteRequest, deleteOperation } from './delete.ts'
import type { Operation } from './operation.ts'
import { type SetDataRequest, setDataOperation } from './set-data.ts'

/** One operation of a multi. */
export type MultiRequestOp =
  | ({ readonly type: 'create' | 'create2' | 'createContainer' } & CreateRequest)
  | ({ readonly type: 'createTTL' } & CreateTTLRequest)
  | ({ readonly type: 'delete' } & DeleteRequest)
  | ({ readonly type: 'setData' } & SetDataRequest)
  | ({ readonly type: 'check' } & CheckRequest)

/** One result of a multi, at the same place as its operation. */
export type MultiResponseOp =
  /** Of create; of create2 too before 3.9. */
  | { readonly type: 'create'; readonly path: string }
  /** Of create2, createContainer and createTTL. */
  | { readonly type: 'create2'; readonly path: string; readonly stat: Stat }
  | { readonly type: 'delete' }
  | { readonly type: 'setData'; readonly stat: Stat }
  | { readonly type: 'check' }
  | ErrorResult

/** A result that is a failure: 0 for an operation before the failing one, -2 for one behind it. */
export interface ErrorResult {
  readonly type: 'error'
  readonly err: number
}

/** What multi asks for: all of it or nothing. */
export interface MultiRequest {
  readonly ops: readonly MultiRequestOp[]
}

/** What multi answers: when one operation failed, every result is an error, and the reply's header says ok all the same. */
export interface MultiResponse {
  readonly results: readonly MultiResponseOp[]
}

/** More operations or results than this in one frame are malformed: 100,000 of the shortest fill a 1 MiB frame. */
export const MAX_MULTI_OPS = 100_000

// multi Request  => [MultiHeader(type = opcode, done = false, err = -1), that operation's Request]*,
//                   MultiHeader(-1, true, -1)
// multi Response => [MultiHeader(type = opcode, false, 0), that operation's Response]*, MultiHeader(-1, true, -1)
//                 | [MultiHeader(-1, false, err), int err]*, MultiHeader(-1, true, -1)
// Results: create => type 1; create2, createContainer, createTTL => type 15; setData => type 5; delete, check => header only.

export const multiOperation: Operation<MultiRequest, MultiResponse> = {
  opCode: OpCode.multi,
  encodeRequest(writer, request) {
    for (const op of request.ops) encodeRequestOp(writer, op)
    encodeMultiHeader(writer, MULTI_END)
  },
  decodeRequest(reader) {
    return { ops: readMultiList(reader, decodeRequestOp) }
  },
  encodeResponse(writer, response) {
    for (const result of response.results) encodeResponseOp(writer, result)
    encodeMultiHeader(writer, MULTI_END)
  },
  decodeResponse(reader) {
    return { results: readMultiList(reader, decodeResponseOp) }
  },
}

/** Reads items up to the header that says `done`. */
export function readMultiList<T>(
  reader: JuteReader,
  readItem: (reader: JuteReader, type: number) => T,
): T[] {
  const items: T[] = []
  for (;;) {
    const header = decodeMultiHeader(reader)
    if (header.done) return items
    if (items.length === MAX_MULTI_OPS) {
      throw new ProtocolError('ZK_MALFORMED', `a multi of more than ${MAX_MULTI_OPS} operations`)
    }
    items.push(readItem(reader, header.type))
  }
}

/** Writes a failed result. */
export function encodeErrorResult(writer: JuteWriter, err: number): void {
  encodeMultiHeader(writer, { type: OpCode.error, done: false, err })
  writer.writeInt32(err)
}

/** Reads a failed result behind its header. */
export function decodeErrorResult(reader: JuteReader): ErrorResult {
  return { type: 'error', err: reader.readInt32() }
}

function encodeRequestOp(writer: JuteWriter, op: MultiRequestOp): void {
  encodeMultiHeader(writer, { type: OpCode[op.type], done: false, err: -1 })
  switch (op.type) {
    case 'create':
    case 'create2':
    case 'createContainer':
      createOperation.encodeRequest(writer, op)
      break
    case 'createTTL':
      createTTLOperation.encodeRequest(writer, op)
      break
    case 'delete':
      deleteOperation.encodeRequest(writer, op)
      break
    case 'setData':
      setDataOperation.encodeRequest(writer, op)
      break
    case 'check':
      checkOperation.encodeRequest(writer, op)
      break
  }
}

function decodeRequestOp(reader: JuteReader, type: number): MultiRequestOp {
  switch (type) {
    case OpCode.create:
      return { type: 'create', ...createOperation.decodeRequest(reader) }
    case OpCode.create2:
      return { type: 'create2', ...create2Operation.decodeRequest(reader) }
    case OpCode.createContainer:
      return { type: 'createContainer', ...createContainerOperation.decodeRequest(reader) }
    case OpCode.createTTL:
      return { type: 'createTTL', ...createTTLOperation.decodeRequest(reader) }
    case OpCode.delete:
      return { type: 'delete', ...deleteOperation.decodeRequest(reader) }
    case OpCode.setData:
      return { type: 'setData', ...setDataOperation.decodeRequest(reader) }
    case OpCode.check:
      return { type: 'check', ...checkOperation.decodeRequest(reader) }
    default:
      throw new ProtocolError('ZK_MALFORMED', `${opCodeName(type)} inside a multi`)
  }
}

function encodeResponseOp(writer: JuteWriter, result: MultiResponseOp): void {
  if (result.type === 'error') {
    encodeErrorResult(writer, result.err)
    return
  }
  encodeMultiHeader(writer, { type: OpCode[result.type], done: false, err: 0 })
  switch (result.type) {
    case 'create':
      createOperation.encodeResponse(writer, result)
      break
    case 'create2':
      create2Operation.encodeResponse(writer, result)
      break
    case 'setData':
      setDataOperation.encodeResponse(writer, result)
      break
    case 'delete':
    case 'check':
      break
  }
}

function decodeResponseOp(reader: JuteReader, type: number): MultiResponseOp {
  switch (type) {
    case OpCode.create:
      return { type: 'create', ...createOperation.decodeResponse(reader) }
    case OpCode.create2:
      return { type: 'create2', ...create2Operation.decodeResponse(reader) }
    case OpCode.setData:
      return { type: 'setData', ...setDataOperation.decodeResponse(reader) }
    case OpCode.delete:
      return { type: 'delete' }
    case OpCode.check:
      return { type: 'check' }
    case OpCode.error:
      return decodeErrorResult(reader)
    default:
      throw new ProtocolError('ZK_MALFORMED', `a result of ${opCodeName(type)} inside a multi`)
  }
}
