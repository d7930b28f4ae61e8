import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'

/** One step of a SASL exchange, either way. */
export interface SaslToken {
  readonly token: Buffer | null
}

// sasl Request  => buffer token
// sasl Response => buffer token

function encodeToken(writer: JuteWriter, record: SaslToken): void {
  writer.writeBuffer(record.token)
}

function decodeToken(reader: JuteReader): SaslToken {
  return { token: reader.readBuffer() }
}

export const saslOperation: Operation<SaslToken, SaslToken> = {
  opCode: OpCode.sasl,
  encodeRequest: encodeToken,
  decodeRequest: decodeToken,
  encodeResponse: encodeToken,
  decodeResponse: decodeToken,
}
