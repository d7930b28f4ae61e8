import {
  CREATOR_ALL_ACL,
  ErrorCode,
  OPEN_ACL_UNSAFE,
  READ_ACL_UNSAFE,
} from '@zoogate/zookeeper/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyTransaction, replayTransaction } from '../../src/transactions/apply.ts'
import { type Database, freshDatabase } from '../../src/transactions/database.ts'
import { prepare, type Requester, type WriteOperation } from '../../src/transactions/prepare.ts'
import { prepareMulti } from '../../src/transactions/prepare-multi.ts'
import { writeOperation } from '../arbitraries.ts'
import { NaiveTree } from '../tree/naive-tree.ts'

const by: Requester = { sessionId: 7n, identities: [{ scheme: 'ip', id: '127.0.0.1' }] }
const data = Buffer.from('x')

/** Prepares and applies, as the server does. Returns the code, or the path that was touched. */
function run(database: Database, operation: WriteOperation, requester = by): number | string {
  const prepared = prepare(operation, database.tree, requester)
  if ('code' in prepared) return prepared.code
  const { change } = prepared
  replayTransaction(database, {
    zxid: database.lastZxid + 1n,
    timeMs: 1_000,
    body: { type: 'changes', changes: change === undefined ? [] : [change] },
  })
  return change?.path ?? operation.path
}

const create = (
  path: string,
  options: { flags?: number; ttlMs?: bigint } = {},
): WriteOperation => ({
  type: 'create',
  path,
  data,
  acl: OPEN_ACL_UNSAFE,
  flags: options.flags ?? 0,
  ...(options.ttlMs === undefined ? {} : { ttlMs: options.ttlMs }),
})

describe('prepare, against a tree that is as simple as can be', () => {
  it('answers the same and leaves the same nodes for any sequence of writes', () => {
    fc.assert(
      fc.property(fc.array(writeOperation, { maxLength: 60 }), (operations) => {
        const database = freshDatabase()
        const naive = new NaiveTree()
        // The model knows nothing of the nodes that every server has: one create and one child less.
        for (const operation of operations) {
          const code = run(database, operation)
          expect(typeof code === 'number' ? code : 0).toBe(naive.run(operation))
        }
        for (const [path, node] of naive.nodes) {
          const znode = database.tree.get(path)
          if (znode === undefined) throw new Error(`${path} is missing`)
          const stat = database.tree.stat(path, znode)
          const children = naive.children(path).length
          expect(znode.data?.toString('hex') ?? null).toBe(path === '/' ? '' : node.data)
          expect(stat.version).toBe(node.version)
          expect(stat.aversion).toBe(node.aversion)
          if (path === '/') continue
          expect(stat.cversion).toBe(node.created + node.deleted)
          expect(stat.numChildren).toBe(children)
        }
        expect(database.tree.size).toBe(naive.nodes.size + 3)
      }),
      { numRuns: 300 },
    )
  })

  it('does with a multi what it does one by one, or nothing', () => {
    const batch = fc.array(writeOperation, { maxLength: 8 })
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 10 }), (batches) => {
        const together = freshDatabase()
        const oneByOne = freshDatabase()
        for (const operations of batches) {
          const stamp = { zxid: together.lastZxid + 1n, timeMs: 1_000 }
          const prepared = prepareMulti(operations, together.tree, by, stamp)
          const codes = codesOf(together, operations)
          if ('code' in prepared) {
            expect(codes[prepared.failedIndex]).toBe(prepared.code)
            continue
          }
          expect(codes.every((code) => typeof code === 'string')).toBe(true)
          const changes = prepared.changes.filter((change) => change !== undefined)
          replayTransaction(together, { ...stamp, body: { type: 'changes', changes } })
          for (const operation of operations) run(oneByOne, operation)
        }
        const shape = ({ tree }: Database) =>
          [...tree.entries()].map(([path, node]) => [
            path,
            node.version,
            node.aversion,
            node.creates,
          ])
        expect(shape(together)).toEqual(shape(oneByOne))
      }),
    )
  })
})

/** What each operation would answer if they were made one by one on a copy, up to the first that fails. */
function codesOf(database: Database, operations: readonly WriteOperation[]): (number | string)[] {
  const copy = freshDatabase()
  for (const [path, node] of database.tree.entries()) {
    if (copy.tree.get(path) === undefined) copy.tree.put(path, node)
    else if (path === '/') copy.tree.put(path, node)
  }
  copy.lastZxid = database.lastZxid
  const codes: (number | string)[] = []
  for (const operation of operations) {
    const code = run(copy, operation)
    codes.push(code)
    if (typeof code === 'number') break
  }
  return codes
}

describe('create', () => {
  it('looks for the parent before it looks at the whole path', () => {
    const database = freshDatabase()
    run(database, create('/x'))
    expect(run(database, create('/x//q'))).toBe(ErrorCode.noNode)
    expect(run(database, create('/x/q/'))).toBe(ErrorCode.noNode)
    expect(run(database, create('/x/..'))).toBe(ErrorCode.badArguments)
    expect(run(database, create('nope'))).toBe(ErrorCode.badArguments)
    expect(run(database, create('/'))).toBe(ErrorCode.nodeExists)
  })

  it('numbers sequential nodes by the creates under the parent, whatever their names', () => {
    const database = freshDatabase()
    run(database, create('/p'))
    expect(run(database, create('/p/a', { flags: 2 }))).toBe('/p/a0000000000')
    run(database, create('/p/plain'))
    run(database, { type: 'delete', path: '/p/plain', version: -1 })
    expect(run(database, create('/p/b', { flags: 2 }))).toBe('/p/b0000000002')
    expect(run(database, create('/p/', { flags: 2 }))).toBe('/p/0000000003')
  })

  it('takes a time to live for TTL nodes and for nothing else', () => {
    const database = freshDatabase()
    expect(run(database, create('/a', { flags: 5, ttlMs: 0n }))).toBe(ErrorCode.badArguments)
    expect(run(database, create('/a', { flags: 5, ttlMs: 2n ** 40n }))).toBe(ErrorCode.badArguments)
    expect(run(database, create('/a', { flags: 5 }))).toBe(ErrorCode.badArguments)
    expect(run(database, create('/a', { flags: 0, ttlMs: 5n }))).toBe(ErrorCode.badArguments)
    expect(run(database, create('/a', { flags: 99 }))).toBe(ErrorCode.badArguments)
    expect(run(database, create('/a', { flags: 5, ttlMs: 5n }))).toBe('/a')
    expect(database.tree.get('/a')?.lifetime).toEqual({ kind: 'ttl', ttlMs: 5 })
    expect(database.tree.expiring.has('/a')).toBe(true)
  })

  it('replaces auth by what the connection has proved, and refuses it where that is nothing', () => {
    const database = freshDatabase()
    const operation = { ...create('/a'), acl: CREATOR_ALL_ACL } as WriteOperation
    expect(run(database, operation)).toBe(ErrorCode.invalidACL)
    const known = { ...by, identities: [...by.identities, { scheme: 'digest', id: 'u:h' }] }
    expect(run(database, operation, known)).toBe('/a')
    expect(database.tree.get('/a')?.acl).toEqual([
      { perms: 31, id: { scheme: 'digest', id: 'u:h' } },
    ])
    expect(run(database, { type: 'setData', path: '/a', data, version: -1 })).toBe(ErrorCode.noAuth)
    expect(run(database, { type: 'delete', path: '/a', version: -1 })).toBe('/a')
  })
})

describe('delete', () => {
  it('never takes the nodes that every server has', () => {
    const database = freshDatabase()
    for (const path of ['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']) {
      expect(run(database, { type: 'delete', path, version: -1 })).toBe(ErrorCode.badArguments)
    }
  })

  it('asks the parent for the permission, not the node', () => {
    const database = freshDatabase()
    run(database, create('/p'))
    run(database, create('/p/c'))
    run(database, { type: 'setAcl', path: '/p', acl: READ_ACL_UNSAFE, version: -1 })
    expect(run(database, { type: 'delete', path: '/p/c', version: -1 })).toBe(ErrorCode.noAuth)
    run(database, create('/q'))
    run(database, { ...create('/q/c'), acl: READ_ACL_UNSAFE } as WriteOperation)
    expect(run(database, { type: 'delete', path: '/q/c', version: -1 })).toBe('/q/c')
  })
})

describe('closing a session', () => {
  it('deletes its ephemeral nodes under one zxid, and tells of each', () => {
    const database = freshDatabase()
    for (const path of ['/a', '/b', '/c']) run(database, create(path, { flags: 1 }))
    const told: string[] = []
    const zxid = database.lastZxid + 1n
    applyTransaction(
      database,
      { zxid, timeMs: 0, body: { type: 'closeSession', sessionId: 7n } },
      {
        created: (path) => told.push(`created ${path}`),
        deleted: (path) => {
          told.push(`deleted ${path}`)
          // What watchers are told waits for the disk by this number.
          expect(database.lastZxid).toBe(zxid)
        },
        dataChanged: (path) => told.push(`dataChanged ${path}`),
        childrenChanged: (path) => told.push(`childrenChanged ${path}`),
      },
    )
    expect(told).toEqual(
      ['/a', '/b', '/c'].flatMap((path) => [`deleted ${path}`, 'childrenChanged /']),
    )
    expect(database.lastZxid).toBe(zxid)
    expect(database.tree.ephemerals.size).toBe(0)
    expect(database.tree.get('/')?.pzxid).toBe(zxid)
  })
})
