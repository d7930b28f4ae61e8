import { OpCode } from '../op-code.ts'
import { type Acl, decodeAcl, encodeAcl } from '../records/acl.ts'
import type { Operation } from './operation.ts'
import { decodeStatResponse, encodeStatResponse, type StatResponse } from './stat-response.ts'

/** What setACL asks for. */
export interface SetACLRequest {
  readonly path: string
  readonly acl: readonly Acl[]
  /** The ACL version (`Stat.aversion`) that it must have; -1 for any. */
  readonly version: number
}

// setACL Request  => ustring path, vector<ACL> acl, int version
// setACL Response => Stat

export const setACLOperation: Operation<SetACLRequest, StatResponse> = {
  opCode: OpCode.setACL,
  encodeRequest(writer, request) {
    writer.writeString(request.path).writeVector(request.acl, encodeAcl).writeInt32(request.version)
  },
  decodeRequest(reader) {
    return {
      path: reader.readString(),
      acl: reader.readVector(decodeAcl),
      version: reader.readInt32(),
    }
  },
  encodeResponse: encodeStatResponse,
  decodeResponse: decodeStatResponse,
}
