import { InvalidOptionError } from '../errors/client-errors.ts'
import { MultiError } from '../errors/multi-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { serverError } from '../errors/server-errors.ts'
import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { CreateFlags, type CreateMode, hasTimeToLive } from '../protocol/create-flags.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { MultiRequestOp, MultiResponseOp } from '../protocol/operations/multi.ts'
import type { MultiReadResponseOp } from '../protocol/operations/multi-read.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'
import { checkVersion, modeOf, oneOf, shown } from './check-arguments.ts'
import type { Chroot } from './chroot.ts'

/** A znode's data as a caller gives it: strings are written as UTF-8. Bytes are not copied: leave them alone until the call has ended. */
export type DataInput = Uint8Array | string | null

/** Where and how to create a znode. */
export interface CreateOperation {
  readonly type: 'create'
  readonly path: string
  readonly data?: DataInput | undefined
  /** Default `persistent`. */
  readonly mode?: CreateMode | undefined
  /** For the two modes with a time to live only: how long an unchanged znode without children stays. */
  readonly ttlMs?: number | undefined
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
}

/** One operation of a `multi`. */
export type MultiOperation =
  | CreateOperation
  | {
      readonly type: 'setData'
      readonly path: string
      readonly data: DataInput
      /** Default: any. */
      readonly version?: number | undefined
    }
  | {
      readonly type: 'delete'
      readonly path: string
      readonly version?: number | undefined
    }
  | {
      readonly type: 'check'
      readonly path: string
      /** Default: any, so that the znode need only exist. */
      readonly version?: number | undefined
    }

/** What one operation of a `multi` did. */
export type MultiResult =
  /** The Stat comes with containers and times to live. */
  | { readonly type: 'create'; readonly path: string; readonly stat?: Stat }
  | { readonly type: 'setData'; readonly stat: Stat }
  | { readonly type: 'delete' }
  | { readonly type: 'check' }

/** What one kind of operation gives. */
type MultiResultOf<Operation extends MultiOperation> = Extract<
  MultiResult,
  { readonly type: Operation['type'] }
>

/** The results of a `multi`, each at the place of its operation. */
export type MultiResults<Operations extends readonly MultiOperation[]> = {
  -readonly [Index in keyof Operations]: MultiResultOf<Operations[Index]>
}

/** One read of a `multiRead`. */
export interface MultiReadOperation {
  readonly type: 'getData' | 'getChildren'
  readonly path: string
}

/** What one read of a `multiRead` found; each fails by itself. */
export type MultiReadResult =
  | { readonly type: 'getData'; readonly data: Buffer | null; readonly stat: Stat }
  | { readonly type: 'getChildren'; readonly children: readonly string[] }
  | { readonly type: 'error'; readonly error: ZooKeeperError }

/** The server keeps a time to live in 40 bits (EphemeralType.TTL). */
const MAX_TTL_MS = 2 ** 40 - 1

/** The results of a `multiRead`, each at the place of its operation: what it found, or why it did not. */
export type MultiReadResults<Operations extends readonly MultiReadOperation[]> = {
  -readonly [Index in keyof Operations]: Extract<
    MultiReadResult,
    { readonly type: Operations[Index]['type'] | 'error' }
  >
}

const operationTypes: Readonly<Record<MultiOperation['type'], true>> = {
  create: true,
  setData: true,
  delete: true,
  check: true,
}

/** Bytes as the wire wants them. Throws an `InvalidOptionError` for anything else. */
export function toBytes(data: DataInput, path?: string): Buffer | null {
  if (data === null || Buffer.isBuffer(data)) return data
  if (typeof data === 'string') return Buffer.from(data)
  if (data instanceof Uint8Array) {
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  }
  throw new InvalidOptionError(`data must be a string, bytes or null, not ${shown(data)}`, { path })
}

/** The request of a create, and which of the four operations carries it. */
export function createRequest(
  operation: CreateOperation,
  chroot: Chroot,
): Extract<MultiRequestOp, { type: 'create' | 'create2' | 'createContainer' | 'createTTL' }> {
  const { path, data = null } = operation
  const mode = modeOf(operation.mode, path)
  const request = {
    path: chroot.toServer(path),
    data: toBytes(data, path),
    acl: operation.acl ?? OPEN_ACL_UNSAFE,
    flags: CreateFlags[mode],
  }
  if (hasTimeToLive(mode)) {
    if (!isTimeToLive(operation.ttlMs)) {
      throw new InvalidOptionError(`${mode} needs a ttlMs from 1 to ${MAX_TTL_MS}`, { path })
    }
    return { type: 'createTTL', ...request, ttlMs: BigInt(operation.ttlMs) }
  }
  if (operation.ttlMs !== undefined) {
    throw new InvalidOptionError(`${mode} takes no ttlMs`, { path })
  }
  return { type: mode === 'container' ? 'createContainer' : 'create', ...request }
}

function isTimeToLive(ttlMs: number | undefined): ttlMs is number {
  return Number.isInteger(ttlMs) && ttlMs !== undefined && ttlMs >= 1 && ttlMs <= MAX_TTL_MS
}

/** Throws an `InvalidOptionError` for what is no operation of a multi. It may hold more than the server needs: its caller's own. */
export function checkOperation(operation: MultiOperation): void {
  oneOf(operationTypes, 'type', operation?.type)
}

/** An operation as the wire has it. Throws an `InvalidOptionError` for what cannot be. */
export function toRequestOp(operation: MultiOperation, chroot: Chroot): MultiRequestOp {
  if (operation.type === 'create') return createRequest(operation, chroot)
  const path = chroot.toServer(operation.path)
  const version = checkVersion(operation.version, operation.path)
  if (operation.type !== 'setData') return { type: operation.type, path, version }
  return { type: 'setData', path, data: toBytes(operation.data, operation.path), version }
}

/** The results of a multi, or a thrown `MultiError`: the reply's header says ok in both cases. */
export function toMultiResults(
  operations: readonly MultiOperation[],
  results: readonly MultiResponseOp[],
  chroot: Chroot,
): MultiResult[] {
  // 0 stands before the failing one and "another one failed" behind it: neither is the cause.
  const failing = results.findIndex(
    (result) =>
      result.type === 'error' &&
      result.err !== ErrorCode.ok &&
      result.err !== ErrorCode.runtimeInconsistency,
  )
  const anyError = results.findIndex((result) => result.type === 'error')
  const index = failing === -1 ? anyError : failing
  const cause = results[index]
  if (cause?.type === 'error') {
    const { type, path } = operations[index] ?? {}
    throw new MultiError(index, serverError(cause.err, path), type)
  }
  checkNumber(operations, results)
  return results.map((result, index) => toMultiResult(operations[index]?.type, result, chroot))
}

function toMultiResult(
  asked: MultiOperation['type'] | undefined,
  result: MultiResponseOp,
  chroot: Chroot,
): MultiResult {
  const type = result.type === 'create2' ? 'create' : result.type
  if (type !== asked || result.type === 'error') {
    throw new ProtocolError('ZK_MALFORMED', `the server answered ${type} to a ${asked} of a multi`)
  }
  if (result.type === 'create') return { type: 'create', path: chroot.toClient(result.path) }
  if (result.type !== 'create2') return result
  return { type: 'create', path: chroot.toClient(result.path), stat: result.stat }
}

/** The results of a multiRead. */
export function toMultiReadResults(
  operations: readonly MultiReadOperation[],
  results: readonly MultiReadResponseOp[],
): MultiReadResult[] {
  checkNumber(operations, results)
  return results.map((result, index): MultiReadResult => {
    const operation = operations[index]
    if (result.type === 'error') {
      return { type: 'error', error: serverError(result.err, operation?.path) }
    }
    if (result.type === operation?.type) return result
    throw new ProtocolError('ZK_MALFORMED', `the server answered ${result.type} to another read`)
  })
}

function checkNumber(operations: readonly unknown[], results: readonly unknown[]): void {
  if (results.length === operations.length) return
  const counts = `${results.length} results for ${operations.length} operations`
  throw new ProtocolError('ZK_MALFORMED', `the server gave ${counts}`)
}
