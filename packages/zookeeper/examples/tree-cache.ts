// A folder and all below it, live: who only applies the changes knows the same as the cache.
import { nodeName, TreeCache, ZooKeeper } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const root = `/example-tree-cache-${process.pid}`
await zk.create(root, null)
await zk.create(`${root}/shop-1`, '10.0.0.7:8080')
await using cache = new TreeCache(zk, root, { maxDepth: 1, maxNodes: 10_000 })
const complete = new Promise<void>((resolve) => {
  cache.onChange((changes) => {
    for (const { type, path, node } of changes) {
      console.log(type, nodeName(path), String(node.data))
      if (type === 'removed') resolve()
    }
  })
})
cache.onError((error) => console.error('the cache has stopped:', error.code))
await cache.start()
await zk.create(`${root}/shop-2`, '10.0.0.8:8080')
await zk.delete(`${root}/shop-1`)
await complete
console.log('now:', [...cache.nodes.keys()].map(nodeName))
await zk.deleteRecursive(root)
