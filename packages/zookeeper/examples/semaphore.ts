// Five jobs, of which two run at a time, over all processes that use the path.
import { Semaphore, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'

await using zk = new ZooKeeper(servers)
await zk.connect({ timeoutMs: 10_000 })
const semaphore = new Semaphore(zk, `/example-semaphore-${process.pid}`, 2)
let running = 0

async function job(name: string): Promise<void> {
  await using lease = await semaphore.acquire({ data: name })
  running++
  const holders = await semaphore.leaseHolders({ signal: lease.signal })
  console.log(`${name} runs, ${running} at a time:`, holders.map(({ data }) => String(data)).join())
  await new Promise((resolve) => setTimeout(resolve, 100))
  running--
}

await Promise.all(['a', 'b', 'c', 'd', 'e'].map(job))
await zk.deleteRecursive(semaphore.path)
