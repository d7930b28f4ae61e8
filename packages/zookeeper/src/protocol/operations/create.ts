import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode } from '../op-code.ts'
import { type Acl, decodeAcl, encodeAcl } from '../records/acl.ts'
import type { Operation } from './operation.ts'

/** What create, create2 and createContainer ask for. */
export interface CreateRequest {
  readonly path: string
  readonly data: Buffer | null
  readonly acl: readonly Acl[]
  /** A `CreateFlags`, or what another version's client sends. */
  readonly flags: number
}

/** The path that was created: with its number, when sequential. */
export interface CreateResponse {
  readonly path: string
}

// create Request  => ustring path, buffer data, vector<ACL> acl, int flags
// create Response => ustring path

export function encodeCreateRequest(writer: JuteWriter, request: CreateRequest): void {
  writer
    .writeString(request.path)
    .writeBuffer(request.data)
    .writeVector(request.acl, encodeAcl)
    .writeInt32(request.flags)
}

export function decodeCreateRequest(reader: JuteReader): CreateRequest {
  return {
    path: reader.readString(),
    data: reader.readBuffer(),
    acl: reader.readVector(decodeAcl),
    flags: reader.readInt32(),
  }
}

export const createOperation: Operation<CreateRequest, CreateResponse> = {
  opCode: OpCode.create,
  encodeRequest: encodeCreateRequest,
  decodeRequest: decodeCreateRequest,
  encodeResponse(writer, response) {
    writer.writeString(response.path)
  },
  decodeResponse(reader) {
    return { path: reader.readString() }
  },
}
