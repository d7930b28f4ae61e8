import { expect, it } from 'vitest'
import { DoubleBarrier, ZooKeeper } from '../../src/index.ts'
import { successor } from '../../src/recipes/double-barrier.ts'

it('waits for the next one in order, and behind the last for the first', () => {
  expect(successor(['c', 'a', 'b'], 'a')).toBe('b')
  expect(successor(['c', 'a', 'b'], 'bb')).toBe('c')
  expect(successor(['c', 'a', 'b'], 'd')).toBe('a')
})

it('refuses numbers of clients that cannot be', async () => {
  await using zk = new ZooKeeper('127.0.0.1:1')
  for (const count of [0, 1.5, 1_001, Number.NaN]) {
    expect(() => new DoubleBarrier(zk, '/b', count)).toThrow(/numClients/)
  }
})
