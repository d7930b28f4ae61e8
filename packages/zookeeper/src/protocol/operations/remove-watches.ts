import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'
import {
  decodeWatcherRequest,
  encodeWatcherRequest,
  type WatcherRequest,
} from './watcher-request.ts'

// removeWatches Request  => ustring path, int type
// removeWatches Response =>      (or err NoWatcher)

export const removeWatchesOperation: Operation<WatcherRequest, Nothing> = {
  opCode: OpCode.removeWatches,
  encodeRequest: encodeWatcherRequest,
  decodeRequest: decodeWatcherRequest,
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
