// Takes the lock at a path, says so with its fencing token, and keeps it until it is killed.
// Usage: node lock-holder.mjs HOST:PORT PATH
import { Lock, ZooKeeper } from '@zoogate/zookeeper'

const [connectString, path] = process.argv.slice(2)
const zk = new ZooKeeper(connectString, { sessionTimeoutMs: 1_000 })
await zk.connect({ timeoutMs: 15_000 })
const held = await new Lock(zk, path, { data: String(process.pid) }).acquire()
console.log(`held ${held.fencingToken}`)
