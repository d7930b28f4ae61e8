import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyTree } from '../../src/recipes/tree-difference.ts'
import type { TreeNode } from '../../src/recipes/tree-reader.ts'

function node(path: string, mzxid: number): TreeNode {
  const zero = 0n
  return {
    path,
    data: null,
    stat: {
      czxid: zero,
      mzxid: BigInt(mzxid),
      ctime: zero,
      mtime: zero,
      version: 0,
      cversion: 0,
      aversion: 0,
      ephemeralOwner: zero,
      dataLength: 0,
      numChildren: 0,
      pzxid: zero,
    },
  }
}

const tree = fc
  .dictionary(fc.constantFrom('/a', '/a/b', '/c', '/d', '/e'), fc.integer({ min: 1, max: 3 }))
  .map((zxids) => new Map(Object.entries(zxids).map(([path, zxid]) => [path, node(path, zxid)])))

it('tells exactly the difference, and holds the new tree after it', () => {
  fc.assert(
    fc.property(tree, tree, (before, after) => {
      const nodes = new Map(before)
      const changes = applyTree(nodes, after)
      expect(new Map(nodes)).toEqual(after)
      const told = new Map(changes.map(({ path, type }) => [path, type]))
      expect(told.size).toBe(changes.length)
      for (const path of new Set([...before.keys(), ...after.keys()])) {
        const old = before.get(path)?.stat.mzxid
        const now = after.get(path)?.stat.mzxid
        const expected =
          old === now
            ? undefined
            : old === undefined
              ? 'added'
              : now === undefined
                ? 'removed'
                : 'changed'
        expect(told.get(path)).toBe(expected)
      }
    }),
  )
})

it('sees that a znode is another one although a replaced tree counts its transactions from 1 again', () => {
  const before = node('/a', 7)
  const after = { ...before, stat: { ...before.stat, mtime: 5n } }
  const nodes = new Map([['/a', before]])
  expect(applyTree(nodes, new Map([['/a', after]]))).toEqual([
    { type: 'changed', path: '/a', node: after, before },
  ])
})
