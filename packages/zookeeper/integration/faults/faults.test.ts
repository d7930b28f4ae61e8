import { describe, expect, it } from 'vitest'
import { clientUnderFaults } from '../../../../test/scenarios/zookeeper-faults/client-under-faults.ts'
import { CLUSTER_KINDS, startCluster } from '../../../../test/scenarios/zookeeper-faults/cluster.ts'
import { missing } from '../../../../test/support/requirements.ts'

const SEEDS = [1, 2, 3]

// The long runs, of many seeds: npm run soak -- --runs N zookeeper-client
// All kinds at once: most of the time a run waits for servers to come back.
describe.concurrent.each(CLUSTER_KINDS)('while faults come to %s', (kind) => {
  const absent = kind === 'embedded' ? undefined : missing('zookeeper')
  it.skipIf(absent !== undefined)(
    'no acknowledged write is lost, none is taken for another, no watch misses, every call ends',
    async () => {
      await using cluster = await startCluster(kind)
      for (const seed of SEEDS) {
        const report = await clientUnderFaults({ cluster, seed, extraFaults: 0 })
        console.log(JSON.stringify(report))
        expect(report.problems).toEqual([])
        expect(report.sessionsLost).toBeGreaterThan(0)
        expect(report.reconnects).toBeGreaterThan(0)
        expect(report.watchesFired).toBeGreaterThan(0)
      }
    },
    // Two minutes on an idle machine; only a run that hangs shall fail.
    900_000,
  )
})
