// A lock around work that must not be done twice at the same time, and a store that refuses whoever comes late.
import { Lock, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'

/** Stands for a database: it remembers the largest token, and refuses a holder who has been overtaken without knowing. */
class Store {
  #largestToken = 0n

  write(text: string, fencingToken: bigint): void {
    if (fencingToken < this.#largestToken) throw new Error(`${fencingToken} has been overtaken`)
    this.#largestToken = fencingToken
    console.log(`${text}, with token ${fencingToken}`)
  }
}

await using zk = new ZooKeeper(servers)
await zk.connect({ timeoutMs: 10_000 })
const store = new Store()
const lock = new Lock(zk, `/example-lock-${process.pid}`, { data: `process ${process.pid}` })

async function nightlyJob(name: string): Promise<void> {
  await using held = await lock.acquire({ timeoutMs: 10_000 })
  // Give the signal to every call, so that work ends when the lock may be lost.
  const { children } = await zk.getChildren2(lock.path, { signal: held.signal })
  store.write(`${name}: ${children.length} in line`, held.fencingToken)
}

await Promise.all([nightlyJob('backup'), nightlyJob('report')])

// Once, wherever it runs: who comes second does not wait.
await using first = await lock.tryAcquire()
const second = await lock.tryAcquire()
console.log('tried twice:', first !== undefined, second !== undefined)
for (const { data, sessionId } of await lock.contenders()) {
  console.log(`holder: ${data}, session 0x${BigInt.asUintN(64, sessionId).toString(16)}`)
}
await first?.release()
await zk.delete(lock.path)
