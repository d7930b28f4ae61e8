import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'
import { decodeReadRequest, encodeReadRequest, type ReadRequest } from './read-request.ts'
import { decodeStatResponse, encodeStatResponse, type StatResponse } from './stat-response.ts'

// exists Request  => ustring path, bool watch
// exists Response => Stat
//
// The watch is left also when the answer is NoNode.

export const existsOperation: Operation<ReadRequest, StatResponse> = {
  opCode: OpCode.exists,
  encodeRequest: encodeReadRequest,
  decodeRequest: decodeReadRequest,
  encodeResponse: encodeStatResponse,
  decodeResponse: decodeStatResponse,
}
