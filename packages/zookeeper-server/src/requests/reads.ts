import {
  ErrorCode,
  existsOperation,
  type GetACLResponse,
  type GetChildren2Response,
  type GetDataResponse,
  getACLOperation,
  getAllChildrenNumberOperation,
  getChildren2Operation,
  getChildrenOperation,
  getDataOperation,
  getEphemeralsOperation,
  type MultiReadResponseOp,
  multiReadOperation,
  OpCode,
  Perms,
  type ReadRequest,
  type Stat,
  syncOperation,
  whoAmIOperation,
} from '@zoogate/zookeeper/protocol'
import { allows } from '../access/allows.ts'
import { shownUser } from '../access/identity.ts'
import { withoutHashes } from '../access/normalize-acl.ts'
import type { Znode } from '../tree/znode.ts'
import { handler, type RequestContext, type RequestHandler } from './answer.ts'

/** Requests that change nothing but watches, by opcode (FinalRequestProcessor.java). */
export const readHandlers: ReadonlyMap<number, RequestHandler> = new Map([
  [OpCode.exists, handler(existsOperation, exists)],
  [OpCode.getData, handler(getDataOperation, getData)],
  [OpCode.getChildren, handler(getChildrenOperation, getChildren)],
  [OpCode.getChildren2, handler(getChildren2Operation, getChildren)],
  [OpCode.getACL, handler(getACLOperation, getAcl)],
  [OpCode.getAllChildrenNumber, handler(getAllChildrenNumberOperation, getAllChildrenNumber)],
  [OpCode.getEphemerals, handler(getEphemeralsOperation, getEphemerals)],
  [OpCode.multiRead, handler(multiReadOperation, multiRead)],
  [OpCode.whoAmI, handler(whoAmIOperation, whoAmI)],
  // A server without followers has nothing to catch up with.
  [OpCode.sync, handler(syncOperation, (request) => request)],
])

/** The node, when it is there and may be read; else why not. */
function readable(path: string, { ledger, identities }: RequestContext): Znode | ErrorCode {
  const node = ledger.tree.get(path)
  if (node === undefined) return ErrorCode.noNode
  return allows(node.acl, Perms.read, identities) ? node : ErrorCode.noAuth
}

function exists(request: ReadRequest, context: RequestContext): { stat: Stat } | ErrorCode {
  const { path, watch } = request
  const { ledger, watches, watcher } = context
  if (path.includes('\0')) return ErrorCode.badArguments
  const node = readable(path, context)
  if (node === ErrorCode.noAuth) return node
  // The one read that leaves its watch where there is no node: for its creation.
  if (watch) watches.addData(path, watcher)
  return typeof node === 'number' ? node : { stat: ledger.tree.stat(path, node) }
}

function getData(request: ReadRequest, context: RequestContext): GetDataResponse | ErrorCode {
  const node = readable(request.path, context)
  if (typeof node === 'number') return node
  if (request.watch) context.watches.addData(request.path, context.watcher)
  return { data: node.data, stat: context.ledger.tree.stat(request.path, node) }
}

function getChildren(
  request: ReadRequest,
  context: RequestContext,
): GetChildren2Response | ErrorCode {
  const node = readable(request.path, context)
  if (typeof node === 'number') return node
  if (request.watch) context.watches.addChild(request.path, context.watcher)
  const { tree } = context.ledger
  return { children: [...tree.childNames(request.path)], stat: tree.stat(request.path, node) }
}

function getAcl(
  { path }: { readonly path: string },
  { ledger, identities }: RequestContext,
): GetACLResponse | ErrorCode {
  const node = ledger.tree.get(path)
  if (node === undefined) return ErrorCode.noNode
  if (!allows(node.acl, Perms.read | Perms.admin, identities)) return ErrorCode.noAuth
  const mayAdminister = allows(node.acl, Perms.admin, identities)
  const acl = mayAdminister ? node.acl : withoutHashes(node.acl)
  return { acl, stat: ledger.tree.stat(path, node) }
}

function getAllChildrenNumber(
  { path }: { readonly path: string },
  context: RequestContext,
): { totalNumber: number } | ErrorCode {
  const node = readable(path, context)
  return typeof node === 'number'
    ? node
    : { totalNumber: context.ledger.tree.descendantCount(path) }
}

function getEphemerals(
  { prefixPath }: { readonly prefixPath: string },
  { ledger, sessionId }: RequestContext,
): { ephemerals: string[] } {
  const prefix = prefixPath.trim() === '/' ? '' : prefixPath.trim()
  const paths = [...ledger.tree.ephemeralsOf(sessionId)]
  return { ephemerals: paths.filter((path) => path.startsWith(prefix)) }
}

function multiRead(
  request: { readonly ops: readonly ({ type: 'getData' | 'getChildren' } & ReadRequest)[] },
  context: RequestContext,
): { results: MultiReadResponseOp[] } {
  return {
    results: request.ops.map((op): MultiReadResponseOp => {
      const result = op.type === 'getData' ? getData(op, context) : getChildren(op, context)
      if (typeof result === 'number') return { type: 'error', err: result }
      return 'data' in result ? { type: 'getData', ...result } : { type: 'getChildren', ...result }
    }),
  }
}

function whoAmI(_request: unknown, { identities }: RequestContext) {
  return {
    clientInfo: identities.map((identity) => ({
      authScheme: identity.scheme,
      user: shownUser(identity),
    })),
  }
}
