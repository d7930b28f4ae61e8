import { joinPath, Lock, ZooKeeper } from '@zoogate/zookeeper'
import { seededRandom } from '../../support/random.ts'
import { waitFor } from '../../support/wait-for.ts'
import type { Cluster, ClusterKind } from './cluster.ts'
import { EphemeralKeeper } from './ephemeral-keeper.ts'
import { type FaultName, inflict, planFaults } from './faults.ts'
import { LockLedger, LockWorker } from './lock-worker.ts'
import { startNetwork } from './network.ts'
import type { OutcomeCounts } from './outcome.ts'

/** What a run came to. */
export interface LockFaultReport {
  readonly kind: ClusterKind
  readonly seed: number
  readonly faults: readonly FaultName[]
  /** Of the increments of the counter that the lock guards. */
  readonly writes: OutcomeCounts
  readonly givenUp: number
  readonly sessionsLost: number
  /** Broken promises, in words. */
  readonly problems: readonly string[]
}

const CLIENTS = 3
const WORKERS_PER_CLIENT = 2
const SESSION_TIMEOUT_MS = 2_000
const PATIENCE_MS = 60_000

/**
 * Six workers on three clients take a lock in turn while faults come. Nobody may hold it beside another, but for the moment until the end of
 * a session is heard; every increment that was acknowledged must be in the counter; nobody may be left in the queue.
 */
export async function locksUnderFaults(options: {
  readonly cluster: Cluster
  readonly seed: number
  /** Faults beyond those that every run has. */
  readonly extraFaults: number
}): Promise<LockFaultReport> {
  const { cluster, seed, extraFaults } = options
  const random = seededRandom(seed)
  const faults = planFaults(cluster.kind, extraFaults, random)
  await using network = await startNetwork(cluster, CLIENTS)
  const direct = cluster.members.map(({ port }) => `127.0.0.1:${port}`).join(',')
  await using observer = new ZooKeeper(direct, { sessionTimeoutMs: 2 * SESSION_TIMEOUT_MS })
  await using first = clientOf(network.connectString(0))
  await using second = clientOf(network.connectString(1))
  await using third = clientOf(network.connectString(2))
  const clients = [first, second, third]
  await Promise.all([observer, ...clients].map((zk) => zk.connect({ timeoutMs: PATIENCE_MS })))
  const root = await observer.create(`/locks-${seed}-`, null, { mode: 'persistentSequential' })
  const ephemerals = await observer.create(joinPath(root, 'sessions'), null)
  const counter = await observer.create(joinPath(root, 'counter'), '0')
  await Promise.all(clients.map((zk) => zk.sync(root)))
  const path = joinPath(root, 'lock')

  const stopped = new AbortController()
  const stop = stopped.signal
  const ledger = new LockLedger()
  const keepers = clients.map((zk) => new EphemeralKeeper({ zk, root: ephemerals, stop }))
  const workers = clients.flatMap((zk, client) =>
    Array.from({ length: WORKERS_PER_CLIENT }, (_, index) => {
      const name = `worker ${index} of client ${client}`
      return new LockWorker({ zk, name, path, counter, ledger, stop, random })
    }),
  )
  const work = Promise.all([...keepers, ...workers].map((one) => one.run()))
  const progress = () => allGoOn(workers, work)
  try {
    for (const fault of faults) {
      await progress()
      await inflict(fault, { cluster, network, clients, ephemerals, observer, random, progress })
    }
    await progress()
  } finally {
    stopped.abort()
  }
  await work
  const writes: OutcomeCounts = { done: 0, refused: 0, unknown: 0, never: 0 }
  for (const { counts } of workers) {
    for (const type of ['done', 'refused', 'unknown', 'never'] as const)
      writes[type] += counts[type]
  }
  return {
    kind: cluster.kind,
    seed,
    faults,
    writes,
    givenUp: workers.reduce((total, { givenUp }) => total + givenUp, 0),
    sessionsLost: keepers.reduce((total, { sessionsLost }) => total + sessionsLost, 0),
    problems: [...ledger.problems, ...(await whatIsWrong(observer, path, counter, writes))],
  }
}

function clientOf(connectString: string): ZooKeeper {
  return new ZooKeeper(connectString, { sessionTimeoutMs: SESSION_TIMEOUT_MS })
}

/** Resolves when every worker has done something more; rejects when one has failed. */
async function allGoOn(workers: readonly LockWorker[], work: Promise<unknown>): Promise<void> {
  const goals = workers.map((worker) => ({ worker, goal: worker.counts.done + 1 }))
  const goOn = waitFor(
    'every worker to get the lock again',
    () => goals.every(({ worker, goal }) => worker.counts.done >= goal),
    { timeoutMs: PATIENCE_MS },
  )
  await Promise.race([goOn, work])
}

async function whatIsWrong(
  observer: ZooKeeper,
  path: string,
  counter: string,
  { done, unknown }: OutcomeCounts,
): Promise<string[]> {
  const problems: string[] = []
  await observer.sync(counter)
  const value = Number((await observer.getData(counter)).data)
  if (value < done || value > done + unknown) {
    problems.push(`the counter is ${value} after ${done} increments and ${unknown} that may be`)
  }
  const lock = new Lock(observer, path)
  await waitFor('nobody to be in line', async () => (await lock.contenders()).length === 0).catch(
    async () => {
      const left = (await lock.contenders()).map(({ path, data }) => `${path} of ${data}`)
      problems.push(`left in line: ${left.join(', ')}`)
    },
  )
  return problems
}
