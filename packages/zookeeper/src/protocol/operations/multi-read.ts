import { ProtocolError } from '../../errors/protocol-error.ts'
import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode, opCodeName } from '../op-code.ts'
import { encodeMultiHeader, MULTI_END } from '../records/multi-header.ts'
import { type GetChildrenResponse, getChildrenOperation } from './get-children.ts'
import { type GetDataResponse, getDataOperation } from './get-data.ts'
import { decodeErrorResult, type ErrorResult, encodeErrorResult, readMultiList } from './multi.ts'
import type { Operation } from './operation.ts'
import { decodeReadRequest, encodeReadRequest, type ReadRequest } from './read-request.ts'

/** One read of a multiRead. */
export type MultiReadRequestOp = { readonly type: 'getData' | 'getChildren' } & ReadRequest

/** One result of a multiRead: unlike a multi's, each read fails by itself. */
export type MultiReadResponseOp =
  | ({ readonly type: 'getData' } & GetDataResponse)
  | ({ readonly type: 'getChildren' } & GetChildrenResponse)
  | ErrorResult

/** What multiRead asks for. */
export interface MultiReadRequest {
  readonly ops: readonly MultiReadRequestOp[]
}

/** What multiRead answers. */
export interface MultiReadResponse {
  readonly results: readonly MultiReadResponseOp[]
}

// multiRead Request  => [MultiHeader(type = 4 or 8, false, -1), ustring path, bool watch]*, MultiHeader(-1, true, -1)
// multiRead Response => [MultiHeader(type = 4 or 8, false, 0), that operation's Response
//                        | MultiHeader(-1, false, err), int err]*, MultiHeader(-1, true, -1)

export const multiReadOperation: Operation<MultiReadRequest, MultiReadResponse> = {
  opCode: OpCode.multiRead,
  encodeRequest(writer, request) {
    for (const op of request.ops) {
      encodeMultiHeader(writer, { type: OpCode[op.type], done: false, err: -1 })
      encodeReadRequest(writer, op)
    }
    encodeMultiHeader(writer, MULTI_END)
  },
  decodeRequest(reader) {
    return { ops: readMultiList(reader, decodeRequestOp) }
  },
  encodeResponse(writer, response) {
    for (const result of response.results) encodeResult(writer, result)
    encodeMultiHeader(writer, MULTI_END)
  },
  decodeResponse(reader) {
    return { results: readMultiList(reader, decodeResult) }
  },
}

function decodeRequestOp(reader: JuteReader, type: number): MultiReadRequestOp {
  if (type === OpCode.getData) return { type: 'getData', ...decodeReadRequest(reader) }
  if (type === OpCode.getChildren) return { type: 'getChildren', ...decodeReadRequest(reader) }
  throw new ProtocolError('ZK_MALFORMED', `${opCodeName(type)} inside a multiRead`)
}

function encodeResult(writer: JuteWriter, result: MultiReadResponseOp): void {
  if (result.type === 'error') {
    encodeErrorResult(writer, result.err)
    return
  }
  encodeMultiHeader(writer, { type: OpCode[result.type], done: false, err: 0 })
  if (result.type === 'getData') getDataOperation.encodeResponse(writer, result)
  else getChildrenOperation.encodeResponse(writer, result)
}

function decodeResult(reader: JuteReader, type: number): MultiReadResponseOp {
  switch (type) {
    case OpCode.getData:
      return { type: 'getData', ...getDataOperation.decodeResponse(reader) }
    case OpCode.getChildren:
      return { type: 'getChildren', ...getChildrenOperation.decodeResponse(reader) }
    case OpCode.error:
      return decodeErrorResult(reader)
    default:
      throw new ProtocolError('ZK_MALFORMED', `a result of ${opCodeName(type)} inside a multiRead`)
  }
}
