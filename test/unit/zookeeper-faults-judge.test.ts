import type { Stat, TreeNode } from '@zoogate/zookeeper'
import { describe, expect, it } from 'vitest'
import {
  judgeAppends,
  judgeCache,
  judgePairs,
  judgeRegister,
  judgeSequence,
  type PairStep,
  type RegisterStep,
} from '../scenarios/zookeeper-faults/judge.ts'

// The judges of the fault suite can fail: each finds the fault that it is there for, and lets pass what ZooKeeper allows.

const stat: Stat = {
  czxid: 1n,
  mzxid: 1n,
  ctime: 1n,
  mtime: 1n,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  dataLength: 1,
  numChildren: 0,
  pzxid: 1n,
}

function treeOf(data: Record<string, string>, change: Partial<Stat> = {}): Map<string, TreeNode> {
  return new Map(
    Object.entries(data).map(([path, text]) => [
      path,
      { path, data: Buffer.from(text), stat: { ...stat, ...change } },
    ]),
  )
}

/** "create a done" is an acknowledged create with the token a. */
function steps(...lines: readonly string[]): RegisterStep[] {
  return lines.map((line) => {
    const [operation, token = '', outcome] = line.split(' ')
    return { operation, token, outcome } as RegisterStep
  })
}

describe('the life of one path', () => {
  it.each([
    ['an acknowledged create', ['create a done'], 'a'],
    ['a retried create that had happened', ['create a unknown', 'create b refused'], 'a'],
    ['a retried create that had not', ['create a unknown', 'create b done'], 'b'],
    ['a create that may have happened', ['create a unknown'], undefined],
    ['a delete that may have happened', ['create a done', 'delete - unknown'], 'a'],
    ['a delete found done', ['create a done', 'delete - unknown', 'delete - refused'], undefined],
    ['a create that never was', ['create a never'], undefined],
  ])('lets pass %s', (_, lines, found) => {
    expect(judgeRegister('/p', steps(...lines), found)).toEqual([])
  })

  it.each([
    ['an acknowledged create that is lost', ['create a done'], undefined],
    ['a create acknowledged that another one made', ['create a unknown', 'create b done'], 'a'],
    ['NodeExists though no attempt can have made it', ['create a never', 'create b refused'], 'a'],
    ['a create that was said not to have happened', ['create a never'], 'a'],
    ['two acknowledged creates', ['create a done', 'create b done'], 'b'],
    ['an acknowledged delete that did not stay', ['create a done', 'delete - done'], 'a'],
    ['NoNode though nobody can have deleted it', ['create a done', 'delete - refused'], undefined],
    ['a create that happened after its successor', ['create a unknown', 'create b refused'], 'b'],
  ])('finds %s', (_, lines, found) => {
    expect(judgeRegister('/p', steps(...lines), found)).toHaveLength(1)
  })
})

describe('sequential creates', () => {
  const found = (entries: Record<string, string[]>) => new Map(Object.entries(entries))
  const done = (token: string, path: string) => ({ token, outcome: 'done', path }) as const

  it('lets pass those in order, with one unknown that happened and one that did not', () => {
    const unknown = { outcome: 'unknown', path: undefined } as const
    const all = [
      done('a', '/s-0000000001'),
      { token: 'b', ...unknown },
      { token: 'c', ...unknown },
      done('d', '/s-0000000007'),
    ]
    const there = { a: ['/s-0000000001'], c: ['/s-0000000004'], d: ['/s-0000000007'] }
    expect(judgeSequence(all, found(there))).toEqual([])
  })

  it.each([
    ['a lost one', [done('a', '/s-0000000001')], {}],
    ['one told under another path', [done('a', '/s-0000000001')], { a: ['/s-0000000002'] }],
    [
      'one sent twice',
      [{ token: 'a', outcome: 'unknown', path: undefined } as const],
      { a: ['/s-0000000001', '/s-0000000002'] },
    ],
    [
      'one that was said not to have happened',
      [{ token: 'a', outcome: 'never', path: undefined } as const],
      { a: ['/s-0000000001'] },
    ],
    [
      'two out of order',
      [done('a', '/s-0000000002'), done('b', '/s-0000000001')],
      { a: ['/s-0000000002'], b: ['/s-0000000001'] },
    ],
  ])('finds %s', (_, all, there) => {
    expect(judgeSequence(all, found(there))).toHaveLength(1)
  })
})

describe('versioned sets', () => {
  const one = { token: 'a', outcome: 'done', version: 1 } as const
  const two = { token: 'b', outcome: 'unknown', version: undefined } as const
  const never = { token: 'c', outcome: 'never', version: undefined } as const

  it('lets pass what may be', () => {
    expect(judgeAppends([one, two, never], ['a'], 1)).toEqual([])
    expect(judgeAppends([one, two, never], ['a', 'b'], 2)).toEqual([])
  })

  it.each([
    ['a lost one', [], 0],
    ['one in the place of another', ['b', 'a'], 2],
    ['a version that nobody wrote', ['a'], 2],
    ['one that was written twice', ['a', 'a'], 2],
    ['one that was said not to have happened', ['a', 'c'], 2],
    ['one of nobody', ['a', 'x'], 2],
  ])('finds %s', (_, tokens, version) => {
    expect(judgeAppends([one, two, never], tokens, version)).not.toEqual([])
  })
})

describe('transactions', () => {
  const step = (outcome: PairStep['outcome']): PairStep[] => [
    { token: 't', paths: ['/a', '/b'], outcome },
  ]
  const both = treeOf({ '/a': 't', '/b': 't' })

  it('lets pass both or none', () => {
    expect(judgePairs(step('done'), both, 1)).toEqual([])
    expect(judgePairs(step('unknown'), both, 1)).toEqual([])
    expect(judgePairs(step('unknown'), new Map(), 0)).toEqual([])
  })

  it('finds a half, a lost one, one that never was, and a wrong count', () => {
    expect(judgePairs(step('unknown'), treeOf({ '/a': 't' }), 1)).toHaveLength(1)
    expect(judgePairs(step('done'), new Map(), 0)).toHaveLength(1)
    expect(judgePairs(step('never'), both, 1)).toHaveLength(1)
    expect(judgePairs(step('unknown'), both, 2)).toHaveLength(1)
  })
})

describe('a cache', () => {
  it('finds what it lacks, what it has too much, other data and another Stat', () => {
    const tree = treeOf({ '/a': '1', '/b': '2' })
    expect(judgeCache('c', treeOf({ '/a': '1', '/b': '2' }), tree)).toEqual([])
    expect(judgeCache('c', treeOf({ '/a': '1' }), tree)).toHaveLength(1)
    expect(judgeCache('c', treeOf({ '/a': '1', '/b': '2', '/c': '3' }), tree)).toHaveLength(1)
    expect(judgeCache('c', treeOf({ '/a': '1', '/b': '9' }), tree)).toHaveLength(1)
    expect(judgeCache('c', treeOf({ '/a': '1', '/b': '2' }, { version: 1 }), tree)).toHaveLength(2)
  })

  it('does not compare what the Stat says of children, which the watch does not tell', () => {
    const tree = treeOf({ '/a': '1' }, { cversion: 3, numChildren: 1, pzxid: 9n })
    expect(judgeCache('c', treeOf({ '/a': '1' }), tree)).toEqual([])
  })
})
