import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'

/** What addWatch asks for. */
export interface AddWatchRequest {
  readonly path: string
  /** An `AddWatchMode`, or one of another version. */
  readonly mode: number
}

/** The body of addWatch's reply (`ErrorResponse`): the same code as in the header. */
export interface AddWatchResponse {
  readonly err: number
}

// addWatch Request  => ustring path, int mode
// addWatch Response => int err

export const addWatchOperation: Operation<AddWatchRequest, AddWatchResponse> = {
  opCode: OpCode.addWatch,
  encodeRequest(writer, request) {
    writer.writeString(request.path).writeInt32(request.mode)
  },
  decodeRequest(reader) {
    return { path: reader.readString(), mode: reader.readInt32() }
  },
  encodeResponse(writer, response) {
    writer.writeInt32(response.err)
  },
  decodeResponse(reader) {
    return { err: reader.readInt32() }
  },
}
