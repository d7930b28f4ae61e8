import { describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { runModel } from '../../packages/zookeeper/integration/model/run-model.ts'
import { serverKinds } from '../../packages/zookeeper/integration/support/servers.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const SEQUENCES = 100

describe.each(serverKinds)('soak: two clients and the model, on $name', (kind) => {
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
    `seed %i: ${SEQUENCES} sequences of commands`,
    async (seed) => {
      await using server = await kind.start()
      let roots = 0
      const path = () => `/model-${roots++}`
      const met = await runModel({ port: server.port, path, seed, runs: SEQUENCES })
      recordResult(RESULTS, {
        soak: 'zookeeper-client-model',
        kind: kind.name,
        seed,
        sequences: SEQUENCES,
        met: Object.fromEntries([...met].sort()),
      })
      expect(met.get('reply')).toBeGreaterThan(SEQUENCES)
    },
    1_800_000,
  )
})
