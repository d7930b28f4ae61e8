import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

// closeSession Request  =>
// closeSession Response =>      (then the server closes the socket)

export const closeSessionOperation: Operation<Nothing, Nothing> = {
  opCode: OpCode.closeSession,
  encodeRequest: encodeNothing,
  decodeRequest: decodeNothing,
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
