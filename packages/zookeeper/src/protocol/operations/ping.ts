import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

// ping Request  =>      (the header's xid is -2)
// ping Response =>      (the header's zxid is the server's last)

export const pingOperation: Operation<Nothing, Nothing> = {
  opCode: OpCode.ping,
  encodeRequest: encodeNothing,
  decodeRequest: decodeNothing,
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
