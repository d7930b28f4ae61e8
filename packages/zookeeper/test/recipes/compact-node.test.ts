import { expect, it } from 'vitest'
import { compactNode } from '../../src/recipes/compact-node.ts'
import { friendlyStat } from '../support/friendly-script.ts'

it('says the same as before', () => {
  const stat = { ...friendlyStat, mzxid: 5n, mtime: 6n, pzxid: 7n, ephemeralOwner: 8n, version: 9 }
  for (const data of [null, Buffer.alloc(0), Buffer.from('abc'), Buffer.alloc(10_000, 1)]) {
    expect(compactNode({ path: '/a', data, stat })).toEqual({ path: '/a', data, stat })
    expect(compactNode({ path: '/a', data, stat: friendlyStat }).stat).toEqual(friendlyStat)
  }
})

it('keeps none of the memory that small data shared', () => {
  const pool = Buffer.alloc(8_192, 1)
  const { data } = compactNode({ path: '/a', data: pool.subarray(10, 20), stat: friendlyStat })
  expect(data?.buffer.byteLength).toBe(10)
  expect(data?.equals(Buffer.alloc(10, 1))).toBe(true)
})
