import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'
import {
  decodeWatcherRequest,
  encodeWatcherRequest,
  type WatcherRequest,
} from './watcher-request.ts'

// checkWatches Request  => ustring path, int type
// checkWatches Response =>      (or err NoWatcher)

export const checkWatchesOperation: Operation<WatcherRequest, Nothing> = {
  opCode: OpCode.checkWatches,
  encodeRequest: encodeWatcherRequest,
  decodeRequest: decodeWatcherRequest,
  encodeResponse: encodeNothing,
  decodeResponse: decodeNothing,
}
