import { OpCode } from '../op-code.ts'
import { decodeStat, encodeStat, type Stat } from '../records/stat.ts'
import {
  decodeGetChildrenResponse,
  encodeGetChildrenResponse,
  type GetChildrenResponse,
} from './get-children.ts'
import type { Operation } from './operation.ts'
import { decodeReadRequest, encodeReadRequest, type ReadRequest } from './read-request.ts'

/** What getChildren2 answers. */
export interface GetChildren2Response extends GetChildrenResponse {
  readonly stat: Stat
}

// getChildren2 Request  => ustring path, bool watch
// getChildren2 Response => vector<ustring> children, Stat

export const getChildren2Operation: Operation<ReadRequest, GetChildren2Response> = {
  opCode: OpCode.getChildren2,
  encodeRequest: encodeReadRequest,
  decodeRequest: decodeReadRequest,
  encodeResponse(writer, response) {
    encodeGetChildrenResponse(writer, response)
    encodeStat(writer, response.stat)
  },
  decodeResponse(reader) {
    return { ...decodeGetChildrenResponse(reader), stat: decodeStat(reader) }
  },
}
