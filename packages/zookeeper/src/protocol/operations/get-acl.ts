import { OpCode } from '../op-code.ts'
import { type Acl, decodeAcl, encodeAcl } from '../records/acl.ts'
import { decodeStat, encodeStat, type Stat } from '../records/stat.ts'
import type { Operation } from './operation.ts'

/** What getACL asks for. */
export interface GetACLRequest {
  readonly path: string
}

/** What getACL answers. */
export interface GetACLResponse {
  readonly acl: readonly Acl[]
  readonly stat: Stat
}

// getACL Request  => ustring path
// getACL Response => vector<ACL> acl, Stat

export const getACLOperation: Operation<GetACLRequest, GetACLResponse> = {
  opCode: OpCode.getACL,
  encodeRequest(writer, request) {
    writer.writeString(request.path)
  },
  decodeRequest(reader) {
    return { path: reader.readString() }
  },
  encodeResponse(writer, response) {
    writer.writeVector(response.acl, encodeAcl)
    encodeStat(writer, response.stat)
  },
  decodeResponse(reader) {
    return { acl: reader.readVector(decodeAcl), stat: decodeStat(reader) }
  },
}
