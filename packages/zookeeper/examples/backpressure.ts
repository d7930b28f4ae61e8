// Create many znodes as fast as the servers take them, without awaiting each and without a queue that grows.
import { setImmediate } from 'node:timers/promises'
import { ZooKeeper } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const root = await zk.create('/example-backpressure-', null, { mode: 'persistentSequential' })

/** Where the data comes from: a file, a database, a network. */
async function* rows(): AsyncGenerator<string> {
  for (let i = 0; i < 5_000; i++) {
    if (i % 1_000 === 0) await setImmediate()
    yield `row ${i}`
  }
}

let longestQueue = 0
const writes: Promise<string>[] = []
for await (const row of rows()) {
  await zk.drain()
  writes.push(zk.create(`${root}/row-`, row, { mode: 'persistentSequential' }))
  longestQueue = Math.max(longestQueue, zk.stats().queued)
}
const paths = await Promise.all(writes)
console.log(
  `${paths.length} znodes, from ${paths[0]} to ${paths.at(-1)}; queued at most: ${longestQueue}`,
)
await zk.deleteRecursive(root)
