// A setting that is always at hand, and that tells when it changes.
import { NodeCache, ZooKeeper } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const path = `/example-node-cache-${process.pid}`
await using cache = new NodeCache(zk, path)
const removed = new Promise<void>((resolve) => {
  cache.onChange(({ type, node }) => {
    console.log(`${type}: ${node.data}, version ${node.stat.version}`)
    if (type === 'removed') resolve()
  })
})
await cache.start()
console.log('before it exists:', cache.node)

await zk.create(path, 'on')
await zk.setData(path, 'off')
console.log('the setting:', String(cache.node?.data))
await zk.delete(path)
await removed
