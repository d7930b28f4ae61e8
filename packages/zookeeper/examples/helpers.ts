// A small tree: made, walked, followed and deleted.
import { joinPath, watchChildren, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'
await using zk = new ZooKeeper(`${servers}/example/helpers-${process.pid}`)
await zk.connect({ timeoutMs: 10_000 })

// The path of the connect string does not exist yet: it is made too.
await zk.ensurePath('/fruit/apples')
await zk.create('/fruit/pears', 'ripe')
for await (const path of zk.walk('/')) console.log('there is', path)
for (const name of ['pears', 'plums']) {
  const read = await zk.getDataOrNull(joinPath('/fruit', name))
  console.log(name, read === null ? 'do not exist' : `are ${read.data}`)
}

for await (const state of watchChildren(zk, '/fruit')) {
  console.log('fruit:', state === null ? 'gone' : [...state.children].sort().join(', '))
  if (state === null) break
  // Somebody else would do this.
  if (state.children.includes('plums')) await zk.deleteRecursive('/fruit')
  else await zk.create('/fruit/plums')
}
await zk.deleteRecursive('/')
