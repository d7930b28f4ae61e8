import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

/** What check asks for: that a znode has this data version. */
export interface CheckRequest {
  readonly path: string
  readonly version: number
}

// check Request  => ustring path, int version
// check Response =>
//
// Only inside a multi: sent alone, 3.9 answers Unimplemented and closes, 3.8.0 never answers at all.

export const checkOperation: Operation<CheckRequest, Nothing> = {
  opCode: OpCode.check,
  encodeRequest(writer, request) {
    writer.writeString(request.path).writeInt32(request.version)
  },
  decodeRequest(reader) {
    return { path: reader.readString(), version: reader.readInt32() }
  },
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
