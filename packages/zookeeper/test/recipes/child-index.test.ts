import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nodeName, parentPath } from '../../src/index.ts'
import { ChildIndex } from '../../src/recipes/child-index.ts'
import { applyTree } from '../../src/recipes/tree-difference.ts'
import type { TreeNode } from '../../src/recipes/tree-reader.ts'
import { friendlyStat } from '../support/friendly-script.ts'

const tree = fc
  .subarray(['/', '/a', '/a/b', '/a/b/c', '/a/d', '/e', '/e/b'])
  .map((paths) => new Map<string, TreeNode>(paths.map((path) => [path, nodeOf(path)])))

function nodeOf(path: string): TreeNode {
  return { path, data: null, stat: friendlyStat }
}

it('knows the children of every znode, whatever comes and goes', () => {
  fc.assert(
    fc.property(tree, fc.array(tree), (first, later) => {
      const nodes = new Map(first)
      const index = new ChildIndex(nodes.keys())
      for (const next of later) for (const change of applyTree(nodes, next)) index.apply(change)
      for (const path of ['/', '/a', '/a/b', '/a/b/c', '/e', '/none']) {
        const children = [...nodes.keys()].filter((one) => one !== '/' && parentPath(one) === path)
        expect(index.namesOf(path).sort()).toEqual(children.map(nodeName).sort())
      }
    }),
  )
})
