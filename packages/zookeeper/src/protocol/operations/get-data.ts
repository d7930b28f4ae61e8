import { OpCode } from '../op-code.ts'
import { decodeStat, encodeStat, type Stat } from '../records/stat.ts'
import type { Operation } from './operation.ts'
import { decodeReadRequest, encodeReadRequest, type ReadRequest } from './read-request.ts'

/** What getData answers. */
export interface GetDataResponse {
  readonly data: Buffer | null
  readonly stat: Stat
}

// getData Request  => ustring path, bool watch
// getData Response => buffer data, Stat

export const getDataOperation: Operation<ReadRequest, GetDataResponse> = {
  opCode: OpCode.getData,
  encodeRequest: encodeReadRequest,
  decodeRequest: decodeReadRequest,
  encodeResponse(writer, response) {
    writer.writeBuffer(response.data)
    encodeStat(writer, response.stat)
  },
  decodeResponse(reader) {
    return { data: reader.readBuffer(), stat: decodeStat(reader) }
  },
}
