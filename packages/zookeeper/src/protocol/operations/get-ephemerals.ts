import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'

/** What getEphemerals asks for. */
export interface GetEphemeralsRequest {
  /** Only paths that begin with it; "/" and "" for all. */
  readonly prefixPath: string
}

/** The ephemeral znodes of the asking session. */
export interface GetEphemeralsResponse {
  readonly ephemerals: readonly string[]
}

// getEphemerals Request  => ustring prefixPath
// getEphemerals Response => vector<ustring> ephemerals

export const getEphemeralsOperation: Operation<GetEphemeralsRequest, GetEphemeralsResponse> = {
  opCode: OpCode.getEphemerals,
  encodeRequest(writer, request) {
    writer.writeString(request.prefixPath)
  },
  decodeRequest(reader) {
    return { prefixPath: reader.readString() }
  },
  encodeResponse(writer, response) {
    writer.writeVector(response.ephemerals, (to, path) => to.writeString(path))
  },
  decodeResponse(reader) {
    return { ephemerals: reader.readVector((from) => from.readString()) }
  },
}
