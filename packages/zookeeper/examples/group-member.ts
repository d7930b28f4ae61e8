// Who is there? Every process is a member under a name of its own, and sees all others live.
import { GroupMember, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'
const path = `/example-group-${process.pid}`
await using one = new ZooKeeper(servers)
await using two = new ZooKeeper(servers)
await Promise.all([one.connect({ timeoutMs: 10_000 }), two.connect({ timeoutMs: 10_000 })])

/** What a member says of itself. The identity tells a restarted process the znode of the one that died: keep it on its disk. */
const says = (identity: string, load: number) => JSON.stringify({ identity, load })

const alice = new GroupMember(one, path, 'alice', { data: says('5f0c', 0) })
const complete = new Promise<void>((resolve) => {
  alice.onMembersChange((members) => {
    console.log([...members].map(([id, data]) => `${id} ${data}`))
    if (members.get('bob')?.toString() === says('91ab', 7)) resolve()
  })
})
await alice.start({ timeoutMs: 10_000 })

const bob = new GroupMember(two, path, 'bob', {
  data: says('91ab', 0),
  // Else a process that was killed and started again waits until its former session has ended.
  isPredecessor: ({ data }) => data?.includes('"91ab"') === true,
})
bob.onStateChange(({ state, reason }) => console.log('bob is', state, reason ?? ''))
await bob.start({ timeoutMs: 10_000 })
await bob.setData(says('91ab', 7), { timeoutMs: 10_000 })
await complete
await Promise.all([bob.close(), alice.close()])
await one.delete(path)
