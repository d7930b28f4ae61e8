import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'
import { decodeStatResponse, encodeStatResponse, type StatResponse } from './stat-response.ts'

/** What setData asks for. */
export interface SetDataRequest {
  readonly path: string
  readonly data: Buffer | null
  /** The data version that it must have; -1 for any. */
  readonly version: number
}

// setData Request  => ustring path, buffer data, int version
// setData Response => Stat

export const setDataOperation: Operation<SetDataRequest, StatResponse> = {
  opCode: OpCode.setData,
  encodeRequest(writer, request) {
    writer.writeString(request.path).writeBuffer(request.data).writeInt32(request.version)
  },
  decodeRequest(reader) {
    return { path: reader.readString(), data: reader.readBuffer(), version: reader.readInt32() }
  },
  encodeResponse: encodeStatResponse,
  decodeResponse: decodeStatResponse,
}
