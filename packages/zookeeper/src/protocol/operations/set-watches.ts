import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

/** The one-shot watches that a client had, told to the server of its new connection. */
export interface SetWatchesRequest {
  /** The newest transaction that the client knew when it lost its connection: what came later fires at once. */
  readonly relativeZxid: bigint
  readonly dataWatches: readonly string[]
  /** Watches on znodes that did not exist. */
  readonly existWatches: readonly string[]
  readonly childWatches: readonly string[]
}

// setWatches Request  => long relativeZxid, vector<ustring> dataWatches, vector<ustring> existWatches,
//                        vector<ustring> childWatches      (the header's xid is -8)
// setWatches Response =>      (behind the events that were missed)

export function encodePaths(writer: JuteWriter, paths: readonly string[]): void {
  writer.writeVector(paths, (to, path) => to.writeString(path))
}

export function decodePaths(reader: JuteReader): string[] {
  return reader.readVector((from) => from.readString())
}

export function encodeSetWatchesRequest(writer: JuteWriter, request: SetWatchesRequest): void {
  writer.writeInt64(request.relativeZxid)
  encodePaths(writer, request.dataWatches)
  encodePaths(writer, request.existWatches)
  encodePaths(writer, request.childWatches)
}

export function decodeSetWatchesRequest(reader: JuteReader): SetWatchesRequest {
  return {
    relativeZxid: reader.readInt64(),
    dataWatches: decodePaths(reader),
    existWatches: decodePaths(reader),
    childWatches: decodePaths(reader),
  }
}

export const setWatchesOperation: Operation<SetWatchesRequest, Nothing> = {
  opCode: OpCode.setWatches,
  encodeRequest: encodeSetWatchesRequest,
  decodeRequest: decodeSetWatchesRequest,
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
