import { OpCode } from '../op-code.ts'
import type { Operation } from './operation.ts'

/** What sync asks for and answers. */
export interface SyncRecord {
  readonly path: string
}

// sync Request  => ustring path
// sync Response => ustring path

export const syncOperation: Operation<SyncRecord, SyncRecord> = {
  opCode: OpCode.sync,
  encodeRequest(writer, request) {
    writer.writeString(request.path)
  },
  decodeRequest(reader) {
    return { path: reader.readString() }
  },
  encodeResponse(writer, response) {
    writer.writeString(response.path)
  },
  decodeResponse(reader) {
    return { path: reader.readString() }
  },
}
