// Number invoices over many processes: no number twice.
import { Counter, ZooKeeper, ZooKeeperError } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const counter = new Counter(zk, `/example-counter-${process.pid}`, { default: 1_000 })

/** The next number. One whose fate nobody can know is skipped: a gap does less harm than a number given twice. */
async function nextNumber(): Promise<bigint> {
  for (;;) {
    try {
      const { postValue } = await counter.increment({ timeoutMs: 10_000 })
      return postValue
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.mayHaveHappened)) throw error
    }
  }
}

console.log('invoices:', await Promise.all([nextNumber(), nextNumber(), nextNumber()]))
console.log('set back, if nobody came between:', await counter.compareAndSet(1_003, 1_000))
console.log('now:', await counter.get())
await zk.delete(counter.path)
