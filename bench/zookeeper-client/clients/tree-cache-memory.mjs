// `node --expose-gc tree-cache-memory.mjs HOST:PORT PATH`: what a TreeCache of PATH takes, in bytes after a garbage collection.
import { TreeCache, ZooKeeper } from '@zoogate/zookeeper'

const [server, path] = process.argv.slice(2)

function bytesInUse() {
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const zk = new ZooKeeper(server)
await zk.connect()
const before = bytesInUse()
const cache = new TreeCache(zk, path, { maxNodes: 1_000_000 })
await cache.start()
const after = bytesInUse()
let dataBytes = 0
for (const { data } of cache.nodes.values()) dataBytes += data?.length ?? 0
console.log(JSON.stringify({ nodes: cache.nodes.size, bytes: after - before, dataBytes }))
await cache.close()
await zk.close()
