// Hold workers back until what they need is ready.
import { Barrier, ZooKeeper } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const barrier = new Barrier(zk, `/example-barrier-${process.pid}`)
await barrier.create()

async function worker(name: string): Promise<void> {
  await barrier.wait({ timeoutMs: 10_000 })
  console.log(`${name} begins`)
}
const workers = [worker('one'), worker('two')]

console.log('the tables are being made')
console.log('the barrier stood:', await barrier.remove())
await Promise.all(workers)
