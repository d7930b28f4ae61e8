import type { CallOptions } from '../connection/call.ts'
import { isSequential } from '../protocol/create-flags.ts'
import { multiOperation } from '../protocol/operations/multi.ts'
import { multiReadOperation } from '../protocol/operations/multi-read.ts'
import { type Caller, checkPath } from './caller.ts'
import type { Chroot } from './chroot.ts'
import {
  type MultiOperation,
  type MultiReadOperation,
  type MultiReadResults,
  type MultiResults,
  toMultiReadResults,
  toMultiResults,
  toRequestOp,
} from './multi.ts'

/** See `ZooKeeper.multi`. */
export async function performMulti<const Operations extends readonly MultiOperation[]>(
  caller: Caller,
  chroot: Chroot,
  operations: Operations,
  options: CallOptions,
): Promise<MultiResults<Operations>> {
  for (const operation of operations) {
    checkPath(operation.path, { sequential: isSequentialCreate(operation) })
  }
  const request = { ops: operations.map((operation) => toRequestOp(operation, chroot)) }
  return caller.write(
    multiOperation,
    '/',
    request,
    // The wire keeps the order, and `toMultiResults` the number: the types are those of the operations.
    ({ results }) => toMultiResults(operations, results, chroot) as MultiResults<Operations>,
    options,
  )
}

/** See `ZooKeeper.multiRead`. */
export async function performMultiRead<const Operations extends readonly MultiReadOperation[]>(
  caller: Caller,
  chroot: Chroot,
  operations: Operations,
  options: CallOptions,
): Promise<MultiReadResults<Operations>> {
  for (const { path } of operations) checkPath(path)
  const ops = operations.map(({ type, path }) => ({
    type,
    path: chroot.toServer(path),
    watch: false,
  }))
  return caller.read(
    multiReadOperation,
    '/',
    { ops },
    ({ results }) => toMultiReadResults(operations, results) as MultiReadResults<Operations>,
    options,
  )
}

function isSequentialCreate(operation: MultiOperation): boolean {
  return operation.type === 'create' && isSequential(operation.mode ?? 'persistent')
}
