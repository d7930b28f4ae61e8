// Two candidates, one leader at a time. Each leads until it has done its share of the work; the other takes over then.
import { LeaderElection, type Leadership, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'
const path = `/example-election-${process.pid}`

/** Work that only the leader may do. It stops when the lead may be lost, and hands the fencing token to whatever it changes. */
async function work(name: string, { signal, fencingToken }: Leadership): Promise<void> {
  for (let step = 1; step <= 2; step++) {
    if (signal.aborted) return
    console.log(`${name}: step ${step} with token ${fencingToken}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Leads once to the end. Whoever loses the lead before stands for election again. */
async function lead(name: string): Promise<void> {
  await using zk = new ZooKeeper(servers)
  await zk.connect({ timeoutMs: 10_000 })
  const election = new LeaderElection(zk, path, { data: name })
  for (let isDone = false; !isDone; ) {
    await using leadership = await election.campaign()
    await work(name, leadership)
    isDone = !leadership.signal.aborted
  }
}

await using zk = new ZooKeeper(servers)
await zk.connect({ timeoutMs: 10_000 })
const candidates = [lead('ann'), lead('bob')]

// Anybody may look on, without standing for election.
const leaders = new Set<string>()
for await (const leader of new LeaderElection(zk, path).observe()) {
  console.log('leader:', leader === undefined ? 'nobody' : String(leader.data))
  if (leader !== undefined) leaders.add(String(leader.data))
  else if (leaders.size > 0) break
}
await Promise.all(candidates)
await zk.delete(path)
