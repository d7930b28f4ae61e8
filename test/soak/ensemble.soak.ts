import { describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { changesUnderLoad } from '../scenarios/changes-under-load.ts'
import { startEnsemble } from '../support/apache-zookeeper.ts'
import { seededRandom } from '../support/random.ts'
import { type EngineName, startStack } from '../support/stack.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'builtin']
const SERVICE = `  healthCheck: { http: { path: /healthz }, interval: 1s, timeout: 1s, rise: 1, fall: 3 }`

describe('soak: 100 changes, 20 valid and 5 invalid configurations while an ensemble loses its leader', () => {
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
    'seed %i fails no request',
    async (seed) => {
      await using ensemble = await startEnsemble()
      await using stack = await startStack({
        engines: ENGINES,
        zookeeper: ensemble.connectString,
        service: SERVICE,
      })
      const { failed, reports } = await changesUnderLoad({
        stack,
        changes: 100,
        valid: 20,
        invalid: 5,
        random: seededRandom(seed),
        midway: async () => ensemble.members[await ensemble.leader()]?.kill(),
      })
      recordResult(RESULTS, {
        soak: 'ensemble',
        seed,
        changes: 100,
        failed: Object.fromEntries(failed),
        sent: Object.fromEntries([...reports].map(([engine, report]) => [engine, report.sent])),
      })
      for (const engine of ENGINES) {
        expect(failed.get(engine), `${engine}: ${JSON.stringify(reports.get(engine))}`).toBe(0)
      }
    },
    1_800_000,
  )
})
