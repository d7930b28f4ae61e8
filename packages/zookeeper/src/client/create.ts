import type { CallOptions } from '../connection/call.ts'
import { isSequential } from '../protocol/create-flags.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { createOperation } from '../protocol/operations/create.ts'
import { createContainerOperation } from '../protocol/operations/create-container.ts'
import { createTTLOperation } from '../protocol/operations/create-ttl.ts'
import { type Create2Response, create2Operation } from '../protocol/operations/create2.ts'
import { parentPath } from '../protocol/path.ts'
import type { Caller, Subject } from './caller.ts'
import { attempt } from './check-arguments.ts'
import type { Chroot } from './chroot.ts'
import { type CreateOperation, createRequest } from './multi.ts'

/** Creates by the oldest operation that can: `create` for the modes that every version knows. */
export function performCreate(
  caller: Caller,
  chroot: Chroot,
  operation: CreateOperation,
  options: CallOptions,
): Promise<string> {
  return attempt(() => {
    const request = createRequest(operation, chroot)
    const convert = (response: { readonly path: string }) => chroot.toClient(response.path)
    const handlers = { convert, hint: hintOf(operation.path, chroot) }
    const subject = subjectOf(operation)
    switch (request.type) {
      case 'createTTL':
        return caller.call(createTTLOperation, request, subject, handlers, options)
      case 'createContainer':
        return caller.call(createContainerOperation, request, subject, handlers, options)
      default:
        return caller.call(createOperation, request, subject, handlers, options)
    }
  })
}

/** Creates by an operation that answers with the Stat too. */
export function performCreate2(
  caller: Caller,
  chroot: Chroot,
  operation: CreateOperation,
  options: CallOptions,
): Promise<Create2Response> {
  return attempt(() => {
    const request = createRequest(operation, chroot)
    const convert = ({ path, stat }: Create2Response) => ({ path: chroot.toClient(path), stat })
    const handlers = { convert, hint: hintOf(operation.path, chroot) }
    const subject = subjectOf(operation)
    switch (request.type) {
      case 'createTTL':
        return caller.call(createTTLOperation, request, subject, handlers, options)
      case 'createContainer':
        return caller.call(createContainerOperation, request, subject, handlers, options)
      default:
        return caller.call(create2Operation, request, subject, handlers, options)
    }
  })
}

/** What is missing is never the znode that was to be made: its parent is, or the path of the connect string. */
function hintOf(path: string, chroot: Chroot): (err: number) => string | undefined {
  return (err) => {
    if (err !== ErrorCode.noNode) return undefined
    const parent = parentPath(path)
    if (parent !== '/') return `its parent ${parent} does not exist; { parents: true } creates it`
    if (chroot.isRoot) return undefined
    return `does the chroot ${chroot.prefix} exist? zk.ensureChroot() creates it`
  }
}

function subjectOf(operation: CreateOperation): Subject {
  const mode = operation.mode ?? 'persistent'
  return { path: operation.path, mutates: true, sequential: isSequential(mode) }
}
