import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode } from '../op-code.ts'
import { decodeStat, encodeStat, type Stat } from '../records/stat.ts'
import { type CreateRequest, decodeCreateRequest, encodeCreateRequest } from './create.ts'
import type { Operation } from './operation.ts'

/** What create2, createContainer and createTTL answer. */
export interface Create2Response {
  readonly path: string
  readonly stat: Stat
}

// create2 Request  => as create
// create2 Response => ustring path, Stat

export function encodeCreate2Response(writer: JuteWriter, response: Create2Response): void {
  writer.writeString(response.path)
  encodeStat(writer, response.stat)
}

export function decodeCreate2Response(reader: JuteReader): Create2Response {
  return { path: reader.readString(), stat: decodeStat(reader) }
}

export const create2Operation: Operation<CreateRequest, Create2Response> = {
  opCode: OpCode.create2,
  encodeRequest: encodeCreateRequest,
  decodeRequest: decodeCreateRequest,
  encodeResponse: encodeCreate2Response,
  decodeResponse: decodeCreate2Response,
}
