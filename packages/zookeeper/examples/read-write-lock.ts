// Many readers or one writer; a writer who becomes a reader without letting another writer in between.
import { ReadWriteLock, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'

await using zk = new ZooKeeper(servers)
await zk.connect({ timeoutMs: 10_000 })
const path = `/example-read-write-lock-${process.pid}`
const { readLock, writeLock } = new ReadWriteLock(zk, path)

const [one, two] = await Promise.all([readLock.acquire(), readLock.acquire()])
console.log('two readers:', !one.signal.aborted && !two.signal.aborted)
console.log('a writer meanwhile:', (await writeLock.tryAcquire()) !== undefined)
await Promise.all([one.release(), two.release()])

const written = await writeLock.acquire()
const reading = await written.downgrade()
console.log('the same token:', reading.fencingToken === written.fencingToken)
const another = await readLock.tryAcquire()
console.log('another reader:', another !== undefined)
await Promise.all([reading.release(), another?.release()])
await zk.delete(path)
