import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'
import {
  decodePaths,
  decodeSetWatchesRequest,
  encodePaths,
  encodeSetWatchesRequest,
  type SetWatchesRequest,
} from './set-watches.ts'

/** The watches of every kind that a client had. Persistent ones are armed again without a word about what was missed. */
export interface SetWatches2Request extends SetWatchesRequest {
  readonly persistentWatches: readonly string[]
  readonly persistentRecursiveWatches: readonly string[]
}

// setWatches2 Request  => as setWatches, vector<ustring> persistentWatches, vector<ustring> persistentRecursiveWatches
// setWatches2 Response =>

export const setWatches2Operation: Operation<SetWatches2Request, Nothing> = {
  opCode: OpCode.setWatches2,
  encodeRequest(writer, request) {
    encodeSetWatchesRequest(writer, request)
    encodePaths(writer, request.persistentWatches)
    encodePaths(writer, request.persistentRecursiveWatches)
  },
  decodeRequest(reader) {
    return {
      ...decodeSetWatchesRequest(reader),
      persistentWatches: decodePaths(reader),
      persistentRecursiveWatches: decodePaths(reader),
    }
  },
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
