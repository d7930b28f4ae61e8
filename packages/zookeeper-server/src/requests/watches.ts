import {
  AddWatchMode,
  type AddWatchRequest,
  addWatchOperation,
  checkWatchesOperation,
  ErrorCode,
  NOTHING,
  OpCode,
  removeWatchesOperation,
  setWatches2Operation,
  setWatchesOperation,
} from '@zoogate/zookeeper/protocol'
import { handler, type RequestHandler } from './answer.ts'

const NO_PERSISTENT = { persistentWatches: [], persistentRecursiveWatches: [] }

/** Requests about watches, by opcode. */
export const watchHandlers: ReadonlyMap<number, RequestHandler> = new Map([
  [
    OpCode.addWatch,
    handler(addWatchOperation, ({ path, mode }: AddWatchRequest, { watches, watcher }) => {
      if (mode === AddWatchMode.persistent) watches.addPersistent(path, watcher)
      else if (mode === AddWatchMode.persistentRecursive) {
        watches.addPersistentRecursive(path, watcher)
      } else return ErrorCode.marshallingError
      return { err: ErrorCode.ok }
    }),
  ],
  [
    OpCode.checkWatches,
    handler(checkWatchesOperation, ({ path, type }, { watches, watcher }) => {
      const found = watches.has(path, watcher, type)
      if (found === undefined) return ErrorCode.marshallingError
      return found ? NOTHING : ErrorCode.noWatcher
    }),
  ],
  [
    OpCode.removeWatches,
    handler(removeWatchesOperation, ({ path, type }, { watches, watcher }) => {
      const found = watches.has(path, watcher, type)
      if (found === undefined) return ErrorCode.marshallingError
      if (!found) return ErrorCode.noWatcher
      watches.remove(path, watcher, type)
      return NOTHING
    }),
  ],
  [
    OpCode.setWatches,
    handler(setWatchesOperation, (request, { ledger, watches, watcher }) => {
      watches.rearm(ledger.tree, { ...request, ...NO_PERSISTENT }, watcher)
      return NOTHING
    }),
  ],
  [
    OpCode.setWatches2,
    handler(setWatches2Operation, (request, { ledger, watches, watcher }) => {
      watches.rearm(ledger.tree, request, watcher)
      return NOTHING
    }),
  ],
])
