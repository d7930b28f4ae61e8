import type { ApacheZooKeeper, Ensemble } from '../support/apache-zookeeper.ts'

/** Kills the member that leads, and gives it, to be started again. */
export async function killLeader(ensemble: Ensemble): Promise<ApacheZooKeeper | undefined> {
  const leader = ensemble.members[await ensemble.leader()]
  await leader?.kill()
  return leader
}
