// Hand a session from one process to the next: its ephemeral znode never goes away.
import { ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'
const old = new ZooKeeper(servers, { sessionTimeoutMs: 10_000 })
await old.connect({ timeoutMs: 10_000 })
const path = await old.create('/example-attach-', 'here', { mode: 'ephemeralSequential' })
const { session } = old
// The session lives on for its timeout. Write `session` where only the next process can read it.
await old.close({ keepSession: true })

await using zk = new ZooKeeper(servers, { session })
let isLost = false
zk.onStateChange((state) => {
  if (state === 'lost') isLost = true
})
await zk.connect({ timeoutMs: 10_000 })
if (isLost) throw new Error('too late: the session had expired')
const stat = await zk.exists(path)
console.log(`${path} is ${stat?.ephemeralOwner === zk.sessionId ? 'still ours' : 'not ours'}`)
