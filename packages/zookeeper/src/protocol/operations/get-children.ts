import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'
import { decodeReadRequest, encodeReadRequest, type ReadRequest } from './read-request.ts'

/** What getChildren answers. */
export interface GetChildrenResponse {
  /** Names, not paths, in no order. */
  readonly children: readonly string[]
}

// getChildren Request  => ustring path, bool watch
// getChildren Response => vector<ustring> children

export function encodeGetChildrenResponse(writer: JuteWriter, response: GetChildrenResponse): void {
  writer.writeVector(response.children, (to, name) => to.writeString(name))
}

export function decodeGetChildrenResponse(reader: JuteReader): GetChildrenResponse {
  return { children: reader.readVector((from) => from.readString()) }
}

export const getChildrenOperation: Operation<ReadRequest, GetChildrenResponse> = {
  opCode: OpCode.getChildren,
  encodeRequest: encodeReadRequest,
  decodeRequest: decodeReadRequest,
  encodeResponse: encodeGetChildrenResponse,
  decodeResponse: decodeGetChildrenResponse,
}
