import { describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { CLUSTER_KINDS, startCluster } from '../scenarios/zookeeper-faults/cluster.ts'
import { locksUnderFaults } from '../scenarios/zookeeper-faults/locks-under-faults.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
/** Faults beyond the five that every run has. */
const EXTRA_FAULTS = 5

// One kind at a time, on servers of its own for each seed: -t ensemble, -t standalone, -t embedded.
describe.each(CLUSTER_KINDS)('soak: a lock while faults come to %s', (kind) => {
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
    'seed %i: it has one holder at a time, and loses nobody and nothing',
    async (seed) => {
      await using cluster = await startCluster(kind)
      const report = await locksUnderFaults({ cluster, seed, extraFaults: EXTRA_FAULTS })
      recordResult(RESULTS, { soak: 'zookeeper-locks', ...report })
      expect(report.problems).toEqual([])
      expect(report.sessionsLost).toBeGreaterThan(0)
    },
    600_000,
  )
})
