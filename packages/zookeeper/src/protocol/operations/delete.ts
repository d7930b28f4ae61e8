import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

/** What delete asks for. */
export interface DeleteRequest {
  readonly path: string
  /** The data version that it must have; -1 for any. */
  readonly version: number
}

// delete Request  => ustring path, int version
// delete Response =>

export const deleteOperation: Operation<DeleteRequest, Nothing> = {
  opCode: OpCode.delete,
  encodeRequest(writer, request) {
    writer.writeString(request.path).writeInt32(request.version)
  },
  decodeRequest(reader) {
    return { path: reader.readString(), version: reader.readInt32() }
  },
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
