import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

/** What auth asks for. */
export interface AuthRequest {
  /** Always 0. */
  readonly type: number
  /** `digest`, or another scheme that the server knows. */
  readonly scheme: string
  /** For `digest`: "user:password". */
  readonly auth: Buffer | null
}

// auth Request  => int type = 0, ustring scheme, buffer auth      (the header's xid is -4)
// auth Response =>      (or err AuthFailed, then the server closes the socket)

export const authOperation: Operation<AuthRequest, Nothing> = {
  opCode: OpCode.auth,
  encodeRequest(writer, request) {
    writer.writeInt32(request.type).writeString(request.scheme).writeBuffer(request.auth)
  },
  decodeRequest(reader) {
    return { type: reader.readInt32(), scheme: reader.readString(), auth: reader.readBuffer() }
  },
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
