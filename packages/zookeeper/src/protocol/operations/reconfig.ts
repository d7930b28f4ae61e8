import { OpCode } from '../op-code.ts'
import { decodeStat, encodeStat, type Stat } from '../records/stat.ts'
import type { Operation } from './operation.ts'

/** A change of the ensemble's members: either joining and leaving, or newMembers. */
export interface ReconfigRequest {
  readonly joiningServers: string | null
  readonly leavingServers: string | null
  readonly newMembers: string | null
  /** The configuration's version that it must have; -1 for any. */
  readonly curConfigId: bigint
}

/** The new configuration, as /zookeeper/config holds it. */
export interface ReconfigResponse {
  readonly data: Buffer | null
  readonly stat: Stat
}

// reconfig Request  => ustring joiningServers, ustring leavingServers, ustring newMembers, long curConfigId
// reconfig Response => buffer data, Stat

export const reconfigOperation: Operation<ReconfigRequest, ReconfigResponse> = {
  opCode: OpCode.reconfig,
  encodeRequest(writer, request) {
    writer
      .writeString(request.joiningServers)
      .writeString(request.leavingServers)
      .writeString(request.newMembers)
      .writeInt64(request.curConfigId)
  },
  decodeRequest(reader) {
    return {
      joiningServers: reader.readNullableString(),
      leavingServers: reader.readNullableString(),
      newMembers: reader.readNullableString(),
      curConfigId: reader.readInt64(),
    }
  },
  encodeResponse(writer, response) {
    writer.writeBuffer(response.data)
    encodeStat(writer, response.stat)
  },
  decodeResponse(reader) {
    return { data: reader.readBuffer(), stat: decodeStat(reader) }
  },
}
