import { ErrorCode } from '@zoogate/zookeeper/protocol'
import type { WriteOperation } from '../../src/transactions/prepare.ts'

/** One node of the model: as much as the documentation says of it, and no more. */
interface NaiveNode {
  data: string | null
  version: number
  aversion: number
  created: number
  deleted: number
  ephemeral: boolean
  readOnly: boolean
  closed: boolean
}

const fresh = (): NaiveNode => ({
  data: null,
  version: 0,
  aversion: 0,
  created: 0,
  deleted: 0,
  ephemeral: false,
  readOnly: false,
  closed: false,
})

/**
 * A tree that is as simple as can be: a list of paths, searched from end to end. Written from ZooKeeper's documentation, to
 * be compared with the real one. Knows only open ACLs, world:anyone:r, and ACLs of somebody else.
 */
export class NaiveTree {
  nodes = new Map<string, NaiveNode>([['/', fresh()]])

  children(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`
    return [...this.nodes.keys()].filter(
      (other) =>
        other !== '/' && other.startsWith(prefix) && !other.slice(prefix.length).includes('/'),
    )
  }

  /** Returns the error's code, 0 when it was done. */
  run(operation: WriteOperation): number {
    if (operation.type === 'create') return this.#create(operation)
    const node = this.nodes.get(operation.path)
    const parent = this.#parent(operation.path)
    if (operation.type === 'setAcl' && operation.acl.length === 0) return ErrorCode.invalidACL
    if (operation.type === 'delete' && parent !== undefined && (parent.readOnly || parent.closed)) {
      return ErrorCode.noAuth
    }
    if (node === undefined) return ErrorCode.noNode
    const forbidden = operation.type === 'check' ? node.closed : node.readOnly || node.closed
    if (operation.type !== 'delete' && forbidden) return ErrorCode.noAuth
    const actual = operation.type === 'setAcl' ? node.aversion : node.version
    if (operation.version !== -1 && operation.version !== actual) return ErrorCode.badVersion
    if (operation.type === 'delete') {
      if (this.children(operation.path).length > 0) return ErrorCode.notEmpty
      this.nodes.delete(operation.path)
      if (parent !== undefined) parent.deleted++
    } else if (operation.type === 'setData') {
      node.data = operation.data?.toString('hex') ?? null
      node.version++
    } else if (operation.type === 'setAcl') {
      node.aversion++
      this.#restrict(node, operation.acl)
    }
    return 0
  }

  #create(operation: Extract<WriteOperation, { type: 'create' }>): number {
    const { flags } = operation
    if (flags > 4) return ErrorCode.badArguments
    if (operation.acl.length === 0) return ErrorCode.invalidACL
    const parent = this.#parent(operation.path)
    if (parent === undefined) return ErrorCode.noNode
    if (parent.readOnly || parent.closed) return ErrorCode.noAuth
    const sequential = flags === 2 || flags === 3
    const path = sequential
      ? operation.path + String(parent.created).padStart(10, '0')
      : operation.path
    if (this.nodes.has(path)) return ErrorCode.nodeExists
    if (parent.ephemeral) return ErrorCode.noChildrenForEphemerals
    const node = fresh()
    node.data = operation.data?.toString('hex') ?? null
    node.ephemeral = flags === 1 || flags === 3
    this.#restrict(node, operation.acl)
    this.nodes.set(path, node)
    parent.created++
    return 0
  }

  #restrict(node: NaiveNode, acl: readonly { perms: number; id: { scheme: string } }[]): void {
    node.closed = acl[0]?.id.scheme === 'digest'
    node.readOnly = acl[0]?.perms === 1
  }

  #parent(path: string): NaiveNode | undefined {
    return this.nodes.get(path.slice(0, path.lastIndexOf('/')) || '/')
  }
}
