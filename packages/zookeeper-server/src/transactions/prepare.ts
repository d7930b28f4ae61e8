import {
  type Acl,
  type CreateMode,
  createModeOf,
  ErrorCode,
  hasTimeToLive,
  isEphemeral,
  isSequential,
  Perms,
  pathProblem,
} from '@zoogate/zookeeper/protocol'
import { allows } from '../access/allows.ts'
import type { Identity } from '../access/identity.ts'
import { normalizeAcl } from '../access/normalize-acl.ts'
import type { TreeView } from '../tree/data-tree.ts'
import { CONTAINER, type Lifetime, PERSISTENT, TTL_MS_MAX } from '../tree/lifetime.ts'
import { isReserved, lenientParent, sequentialSuffix } from '../tree/paths.ts'
import type { Change } from './transaction.ts'

/** A write as a client asks for it, alone or inside a multi. */
export type WriteOperation =
  | {
      readonly type: 'create'
      readonly path: string
      readonly data: Buffer | null
      readonly acl: readonly Acl[]
      readonly flags: number
      /** Only createTTL has one. */
      readonly ttlMs?: bigint
    }
  | { readonly type: 'delete'; readonly path: string; readonly version: number }
  | {
      readonly type: 'setData'
      readonly path: string
      readonly data: Buffer | null
      readonly version: number
    }
  | {
      readonly type: 'setAcl'
      readonly path: string
      readonly acl: readonly Acl[]
      readonly version: number
    }
  | { readonly type: 'check'; readonly path: string; readonly version: number }

/** Who asks. */
export interface Requester {
  readonly sessionId: bigint
  readonly identities: readonly Identity[]
}

/** The change to make (undefined for a check that holds), or why not. */
export type Prepared = { readonly change: Change | undefined } | { readonly code: ErrorCode }

const ANY_VERSION = -1

/**
 * Decides what a write does to the tree, without touching it (PrepRequestProcessor.pRequest2Txn). The order
 * of the checks is the server's: it decides which error a request gets that is wrong in two ways.
 */
export function prepare(operation: WriteOperation, tree: TreeView, by: Requester): Prepared {
  switch (operation.type) {
    case 'create':
      return prepareCreate(operation, tree, by)
    case 'delete':
      return prepareDelete(operation, tree, by)
    case 'setData':
      return prepareSetData(operation, tree, by)
    case 'setAcl':
      return prepareSetAcl(operation, tree, by)
    case 'check':
      return prepareCheck(operation, tree, by)
  }
}

type Operation<T extends WriteOperation['type']> = Extract<WriteOperation, { type: T }>

function prepareCreate(operation: Operation<'create'>, tree: TreeView, by: Requester): Prepared {
  const mode = createModeOf(operation.flags)
  if (mode === undefined) return refuse(ErrorCode.badArguments)
  const lifetime = lifetimeOf(mode, operation.ttlMs, by)
  const parentPath = lenientParent(operation.path)
  if (lifetime === undefined || parentPath === undefined) return refuse(ErrorCode.badArguments)
  const acl = normalizeAcl(operation.acl, by.identities)
  if (acl === undefined) return refuse(ErrorCode.invalidACL)
  const parent = tree.get(parentPath)
  if (parent === undefined) return refuse(ErrorCode.noNode)
  if (!allows(parent.acl, Perms.create, by.identities)) return refuse(ErrorCode.noAuth)
  const path = isSequential(mode)
    ? operation.path + sequentialSuffix(parent.creates)
    : operation.path
  if (pathProblem(path) !== undefined) return refuse(ErrorCode.badArguments)
  if (tree.get(path) !== undefined) return refuse(ErrorCode.nodeExists)
  if (parent.lifetime.kind === 'ephemeral') return refuse(ErrorCode.noChildrenForEphemerals)
  return { change: { type: 'create', path, data: operation.data, acl, lifetime } }
}

/** Undefined when mode and time to live do not go together (EphemeralType.validateTTL). */
function lifetimeOf(
  mode: CreateMode,
  ttlMs: bigint | undefined,
  by: Requester,
): Lifetime | undefined {
  if (hasTimeToLive(mode)) {
    return ttlMs !== undefined && ttlMs > 0n && ttlMs <= BigInt(TTL_MS_MAX)
      ? { kind: 'ttl', ttlMs: Number(ttlMs) }
      : undefined
  }
  if (ttlMs !== undefined && ttlMs >= 0n) return undefined
  if (isEphemeral(mode)) return { kind: 'ephemeral', sessionId: by.sessionId }
  return mode === 'container' ? CONTAINER : PERSISTENT
}

function prepareDelete(operation: Operation<'delete'>, tree: TreeView, by: Requester): Prepared {
  const { path } = operation
  const parentPath = lenientParent(path)
  if (parentPath === undefined || isReserved(path)) return refuse(ErrorCode.badArguments)
  const parent = tree.get(parentPath)
  if (parent === undefined) return refuse(ErrorCode.noNode)
  if (!allows(parent.acl, Perms.delete, by.identities)) return refuse(ErrorCode.noAuth)
  const znode = tree.get(path)
  if (znode === undefined) return refuse(ErrorCode.noNode)
  if (!isVersion(operation.version, znode.version)) return refuse(ErrorCode.badVersion)
  if (tree.childCount(path) > 0) return refuse(ErrorCode.notEmpty)
  return { change: { type: 'delete', path } }
}

function prepareSetData(operation: Operation<'setData'>, tree: TreeView, by: Requester): Prepared {
  const { path, data } = operation
  if (pathProblem(path) !== undefined) return refuse(ErrorCode.badArguments)
  const znode = tree.get(path)
  if (znode === undefined) return refuse(ErrorCode.noNode)
  if (!allows(znode.acl, Perms.write, by.identities)) return refuse(ErrorCode.noAuth)
  if (!isVersion(operation.version, znode.version)) return refuse(ErrorCode.badVersion)
  return { change: { type: 'setData', path, data } }
}

function prepareSetAcl(operation: Operation<'setAcl'>, tree: TreeView, by: Requester): Prepared {
  const { path } = operation
  if (pathProblem(path) !== undefined) return refuse(ErrorCode.badArguments)
  const acl = normalizeAcl(operation.acl, by.identities)
  if (acl === undefined) return refuse(ErrorCode.invalidACL)
  const znode = tree.get(path)
  if (znode === undefined) return refuse(ErrorCode.noNode)
  if (!allows(znode.acl, Perms.admin, by.identities)) return refuse(ErrorCode.noAuth)
  if (!isVersion(operation.version, znode.aversion)) return refuse(ErrorCode.badVersion)
  return { change: { type: 'setAcl', path, acl } }
}

function prepareCheck(operation: Operation<'check'>, tree: TreeView, by: Requester): Prepared {
  if (pathProblem(operation.path) !== undefined) return refuse(ErrorCode.badArguments)
  const znode = tree.get(operation.path)
  if (znode === undefined) return refuse(ErrorCode.noNode)
  if (!allows(znode.acl, Perms.read, by.identities)) return refuse(ErrorCode.noAuth)
  if (!isVersion(operation.version, znode.version)) return refuse(ErrorCode.badVersion)
  return { change: undefined }
}

function isVersion(wanted: number, actual: number): boolean {
  return wanted === ANY_VERSION || wanted === actual
}

function refuse(code: ErrorCode): Prepared {
  return { code }
}
