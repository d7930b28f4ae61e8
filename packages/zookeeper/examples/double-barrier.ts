// Three processes begin a computation together and end it together.
import { DoubleBarrier, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'
const path = `/example-double-barrier-${process.pid}`

/** Stands for a process; each has a client of its own. */
async function compute(name: string): Promise<void> {
  await using zk = new ZooKeeper(servers)
  await zk.connect({ timeoutMs: 10_000 })
  const barrier = new DoubleBarrier(zk, path, 3, { data: name })
  await barrier.enter({ timeoutMs: 10_000 })
  console.log(`${name}: all three are here`)
  await barrier.leave({ timeoutMs: 10_000 })
  console.log(`${name}: all three are done`)
}

await Promise.all(['a', 'b', 'c'].map(compute))
