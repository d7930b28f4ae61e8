import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { isSequential } from '../protocol/create-flags.ts'
import { type MultiResponse, multiOperation } from '../protocol/operations/multi.ts'
import { type MultiReadResponse, multiReadOperation } from '../protocol/operations/multi-read.ts'
import { type Caller, checkPath } from './caller.ts'
import { attempt, oneOf, shown } from './check-arguments.ts'
import type { Chroot } from './chroot.ts'
import {
  checkOperation,
  type MultiOperation,
  type MultiReadOperation,
  type MultiReadResults,
  type MultiResults,
  toMultiReadResults,
  toMultiResults,
  toRequestOp,
} from './multi.ts'

/** See `ZooKeeper.multi`. */
export function performMulti<const Operations extends readonly MultiOperation[]>(
  caller: Caller,
  chroot: Chroot,
  operations: Operations,
  options: CallOptions,
): Promise<MultiResults<Operations>> {
  return attempt(() => {
    checkList(operations)
    for (const operation of operations) {
      checkOperation(operation)
      checkPath(operation.path, { sequential: isSequentialCreate(operation) })
    }
    const request = { ops: operations.map((operation) => toRequestOp(operation, chroot)) }
    // The wire keeps the order, and `toMultiResults` the number: the types are those of the operations.
    const convert = ({ results }: MultiResponse) =>
      toMultiResults(operations, results, chroot) as MultiResults<Operations>
    return caller.write(multiOperation, '/', request, convert, options)
  })
}

/** See `ZooKeeper.multiRead`. */
export function performMultiRead<const Operations extends readonly MultiReadOperation[]>(
  caller: Caller,
  chroot: Chroot,
  operations: Operations,
  options: CallOptions,
): Promise<MultiReadResults<Operations>> {
  return attempt(() => {
    checkList(operations)
    const ops = operations.map((operation) => {
      const type = oneOf(readTypes, 'type', operation?.type)
      checkPath(operation.path)
      return { type, path: chroot.toServer(operation.path), watch: false }
    })
    const convert = ({ results }: MultiReadResponse) =>
      toMultiReadResults(operations, results) as MultiReadResults<Operations>
    return caller.read(multiReadOperation, '/', { ops }, convert, options)
  })
}

const readTypes: Readonly<Record<MultiReadOperation['type'], true>> = {
  getData: true,
  getChildren: true,
}

function checkList(operations: readonly unknown[]): void {
  if (Array.isArray(operations)) return
  throw new InvalidOptionError(`operations must be a list, not ${shown(operations)}`)
}

function isSequentialCreate(operation: MultiOperation): boolean {
  return operation.type === 'create' && isSequential(operation.mode ?? 'persistent')
}
