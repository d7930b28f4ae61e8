import {
  type CreateRequest,
  create2Operation,
  createContainerOperation,
  createOperation,
  createTTLOperation,
  deleteOperation,
  ErrorCode,
  type MultiRequestOp,
  type MultiResponseOp,
  multiOperation,
  NOTHING,
  OpCode,
  type Stat,
  setACLOperation,
  setDataOperation,
} from '@zoogate/zookeeper/protocol'
import { prepare, type WriteOperation } from '../transactions/prepare.ts'
import { prepareMulti } from '../transactions/prepare-multi.ts'
import type { Change } from '../transactions/transaction.ts'
import { handler, type RequestContext, type RequestHandler } from './answer.ts'

/** Requests that make a transaction, by opcode (PrepRequestProcessor.java). Every one takes a zxid, refused or not. */
export const writeHandlers: ReadonlyMap<number, RequestHandler> = new Map([
  [OpCode.create, handler(createOperation, create)],
  [OpCode.create2, handler(create2Operation, create)],
  [OpCode.createContainer, handler(createContainerOperation, create)],
  [OpCode.createTTL, handler(createTTLOperation, create)],
  [
    OpCode.delete,
    handler(deleteOperation, (request, context) => {
      const done = write({ type: 'delete', ...request }, context)
      return typeof done === 'number' ? done : NOTHING
    }),
  ],
  [
    OpCode.setData,
    handler(setDataOperation, (request, context) =>
      withStat(write({ type: 'setData', ...request }, context)),
    ),
  ],
  [
    OpCode.setACL,
    handler(setACLOperation, (request, context) =>
      withStat(write({ type: 'setAcl', ...request }, context)),
    ),
  ],
  [OpCode.multi, handler(multiOperation, multi)],
  // A standalone server cannot be reconfigured (dynamic reconfiguration is disabled).
  [OpCode.reconfig, (_reader, { ledger }) => ledger.refuse(ErrorCode.reconfigDisabled)],
])

/** What a carried out write left behind. */
interface Done {
  readonly path: string
  /** Undefined when the node is gone. */
  readonly stat: Stat | undefined
}

function write(operation: WriteOperation, context: RequestContext): Done | ErrorCode {
  const { ledger } = context
  const prepared = prepare(operation, ledger.tree, context)
  if ('code' in prepared) return ledger.refuse(prepared.code)
  const { change } = prepared
  if (change === undefined) return { path: operation.path, stat: undefined }
  const [stat] = ledger.commit({ type: 'changes', changes: [change] })
  return { path: change.path, stat }
}

function create(
  request: CreateRequest & { readonly ttlMs?: bigint },
  context: RequestContext,
): { path: string; stat: Stat } | ErrorCode {
  const done = write({ type: 'create', ...request }, context)
  if (typeof done === 'number') return done
  return { path: done.path, stat: existing(done.stat) }
}

function withStat(done: Done | ErrorCode): { stat: Stat } | ErrorCode {
  return typeof done === 'number' ? done : { stat: existing(done.stat) }
}

/** A change that leaves a node behind always has its Stat. */
function existing(stat: Stat | undefined): Stat {
  if (stat === undefined) throw new TypeError('a change that leaves a node gave no Stat')
  return stat
}

function multi(
  request: { readonly ops: readonly MultiRequestOp[] },
  context: RequestContext,
): { results: MultiResponseOp[] } {
  const { ledger } = context
  const stamp = ledger.nextStamp()
  const prepared = prepareMulti(request.ops.map(asWrite), ledger.tree, context, stamp)
  if ('code' in prepared) {
    ledger.refuse(prepared.code)
    return { results: request.ops.map((_, index) => failure(index, prepared)) }
  }
  const changes = prepared.changes.filter((change) => change !== undefined)
  const stats = ledger.commit({ type: 'changes', changes }, stamp)
  let applied = 0
  return {
    results: request.ops.map((op, index): MultiResponseOp => {
      const change = prepared.changes[index]
      return change === undefined ? { type: 'check' } : success(op, change, stats[applied++])
    }),
  }
}

function asWrite(op: MultiRequestOp): WriteOperation {
  switch (op.type) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return { ...op, type: 'create' }
    default:
      return op
  }
}

function success(op: MultiRequestOp, change: Change, stat: Stat | undefined): MultiResponseOp {
  switch (op.type) {
    case 'create':
      return { type: 'create', path: change.path }
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return { type: 'create2', path: change.path, stat: existing(stat) }
    case 'setData':
      return { type: 'setData', stat: existing(stat) }
    case 'delete':
      return { type: 'delete' }
    case 'check':
      return { type: 'check' }
  }
}

/** 0 before the one that failed, its code, and -2 behind it: so clients find the cause. */
function failure(
  index: number,
  failed: { readonly failedIndex: number; readonly code: ErrorCode },
): MultiResponseOp {
  if (index < failed.failedIndex) return { type: 'error', err: ErrorCode.ok }
  if (index === failed.failedIndex) return { type: 'error', err: failed.code }
  return { type: 'error', err: ErrorCode.runtimeInconsistency }
}
