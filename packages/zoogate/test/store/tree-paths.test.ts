import { expect, it } from 'vitest'
import { treePaths } from '../../src/store/tree-paths.ts'

it('lays the tree out below the root', () => {
  const paths = treePaths()
  expect([
    paths.head,
    paths.revision(7),
    paths.objectChunk('ab', 3),
    paths.rollout('edge'),
    paths.nodeAlive('edge', 'n1'),
    paths.service('shop'),
    paths.override('shop', 'i-1'),
    paths.auditFolder('2026-11-21', 0),
    paths.auditFolder('2026-11-21', 2),
  ]).toEqual([
    '/zoogate/config/head',
    '/zoogate/config/revisions/7',
    '/zoogate/config/objects/ab/0003',
    '/zoogate/gateways/edge/rollout',
    '/zoogate/gateways/edge/nodes/n1/alive',
    '/zoogate/services/shop',
    '/zoogate/overrides/shop/i-1',
    '/zoogate/audit/2026-11-21',
    '/zoogate/audit/2026-11-21.2',
  ])
  expect(treePaths('/').services).toBe('/services')
  expect(treePaths('/a/b').services).toBe('/a/b/services')
})

it.each(['', 'zoogate', '/zoogate/', '//a', '/a/../b', '/.', '/a b', '/a\n'])(
  '%j is no root',
  (root) => {
    expect(() => treePaths(root)).toThrow(TypeError)
  },
)
