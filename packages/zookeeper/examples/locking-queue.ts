// Work that is done by one of many workers, and done again when a worker dies in the middle of it.
import { AbortError, LockingQueue, ZooKeeper } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const path = `/example-queue-${process.pid}`
const queue = new LockingQueue(zk, path)
await queue.putAll(['resize cat.png', 'resize dog.png', 'resize bad.png'])
await queue.put('send the alarm', { priority: 1 })

const end = new AbortController()
let left = await queue.size()

async function work(name: string): Promise<void> {
  // An item that is not consumed at the end of the block is free again.
  for await (await using item of new LockingQueue(zk, path).items({ signal: end.signal })) {
    console.log(`${name}: ${item.data} (priority ${item.priority})`)
    await item.consume()
    if (--left === 0) end.abort()
  }
}

const workers = await Promise.allSettled([work('one'), work('two')])
for (const worker of workers) {
  if (worker.status === 'rejected' && !(worker.reason instanceof AbortError)) throw worker.reason
}
console.log('left:', await queue.size())
await zk.deleteRecursive(path)
