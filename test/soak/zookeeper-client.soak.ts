import { describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { clientUnderFaults } from '../scenarios/zookeeper-faults/client-under-faults.ts'
import { CLUSTER_KINDS, startCluster } from '../scenarios/zookeeper-faults/cluster.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
/** Faults beyond those that every run has. */
const EXTRA_FAULTS = 5

// One kind at a time, on servers of its own for each seed: -t ensemble, -t standalone, -t embedded.
describe.each(CLUSTER_KINDS)('soak: the ZooKeeper client while faults come to %s', (kind) => {
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
    'seed %i breaks no promise',
    async (seed) => {
      await using cluster = await startCluster(kind)
      const report = await clientUnderFaults({ cluster, seed, extraFaults: EXTRA_FAULTS })
      recordResult(RESULTS, { soak: 'zookeeper-client', ...report })
      expect(report.problems).toEqual([])
    },
    600_000,
  )
})
