import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { TreeCache, ZooKeeper } from '@zoogate/zookeeper'
import { expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { startApacheZooKeeper } from '../support/apache-zookeeper.ts'
import { missing } from '../support/requirements.ts'
import { waitFor } from '../support/wait-for.ts'

const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const FOLDERS = 100
const IN_EACH = 1_000
const DATA_BYTES = 128
const MAX_BYTES_BEYOND_DATA = 60 * 1024 * 1024

/** What the process holds when all garbage is gone. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('no gc')
  // Buffers go in a later turn than the objects that stand for them.
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** One operation on every znode, a thousand in each transaction. */
async function onAll(zk: ZooKeeper, type: 'create' | 'setData', letter: string): Promise<void> {
  const data = letter.repeat(DATA_BYTES)
  for (let folder = 0; folder < FOLDERS; folder++) {
    const names = Array.from({ length: IN_EACH }, (_, i) => `instance-${i}`)
    await zk.multi(names.map((name) => ({ type, path: `/tree/${folder}/${name}`, data })))
  }
}

it.skipIf(missing('zookeeper') !== undefined)(
  'holds 100,000 znodes in 60 MB beyond their data, and again when all have changed',
  async () => {
    // In a process of its own, so that what we hold is the cache's.
    await using server = await startApacheZooKeeper()
    await using zk = new ZooKeeper(server.connectString)
    await zk.connect({ timeoutMs: 20_000 })
    await zk.create('/tree', null)
    for (let folder = 0; folder < FOLDERS; folder++) await zk.create(`/tree/${folder}`, null)
    await onAll(zk, 'create', 'a')
    const beforeBytes = await heldBytes()
    await using cache = new TreeCache(zk, '/tree', { maxNodes: 200_000 })
    await cache.start()
    const beyondData = async () =>
      (await heldBytes()) - beforeBytes - FOLDERS * IN_EACH * DATA_BYTES
    expect(cache.nodes.size).toBe(FOLDERS * (IN_EACH + 1) + 1)
    const afterReadingBytes = await beyondData()
    await onAll(zk, 'setData', 'b')
    await waitFor('the changes', () =>
      [...cache.nodes.values()].every(({ data }) => data === null || data[0] === 'b'.charCodeAt(0)),
    )
    const afterChangesBytes = await beyondData()
    const znodes = cache.nodes.size
    recordResult(RESULTS, {
      soak: 'tree-cache-memory',
      znodes,
      afterReadingBytes,
      afterChangesBytes,
    })
    expect(afterReadingBytes).toBeLessThan(MAX_BYTES_BEYOND_DATA)
    expect(afterChangesBytes).toBeLessThan(MAX_BYTES_BEYOND_DATA)
  },
  600_000,
)
