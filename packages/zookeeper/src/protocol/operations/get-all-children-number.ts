import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'

/** What getAllChildrenNumber asks for. */
export interface GetAllChildrenNumberRequest {
  readonly path: string
}

/** How many znodes lie below, at any depth. */
export interface GetAllChildrenNumberResponse {
  readonly totalNumber: number
}

// getAllChildrenNumber Request  => ustring path
// getAllChildrenNumber Response => int totalNumber

export const getAllChildrenNumberOperation: Operation<
  GetAllChildrenNumberRequest,
  GetAllChildrenNumberResponse
> = {
  opCode: OpCode.getAllChildrenNumber,
  encodeRequest(writer, request) {
    writer.writeString(request.path)
  },
  decodeRequest(reader) {
    return { path: reader.readString() }
  },
  encodeResponse(writer, response) {
    writer.writeInt32(response.totalNumber)
  },
  decodeResponse(reader) {
    return { totalNumber: reader.readInt32() }
  },
}
