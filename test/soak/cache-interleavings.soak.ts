import { ZooKeeper } from '@zoogate/zookeeper'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import {
  followInterleaved,
  steps,
} from '../../packages/zookeeper/integration/support/cache-interleavings.ts'
import { serverKinds } from '../../packages/zookeeper/integration/support/servers.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
/** Sequences of steps for each of `--runs`: they are short. */
const SEQUENCES = 100

describe('soak: the caches are exact, whatever is held back, lost and ended when', () => {
  for (const kind of serverKinds) {
    it.skipIf(kind.missing !== undefined)(
      `on ${kind.name}`,
      async () => {
        await using server = await kind.start()
        await using writer = new ZooKeeper(server.connectString)
        await writer.connect({ timeoutMs: 20_000 })
        const numRuns = RUNS * SEQUENCES
        let number = 0
        const property = fc.asyncProperty(steps, (sequence) =>
          followInterleaved({ writer, server, root: `/soak-${number++}` }, sequence),
        )
        const { failed, counterexample } = await fc.check(property, {
          seed: SEED,
          numRuns,
          endOnFailure: true,
        })
        recordResult(RESULTS, {
          soak: 'cache-interleavings',
          kind: kind.name,
          seed: SEED,
          sequences: numRuns,
          failed,
        })
        if (failed) throw new Error(`not exact after ${JSON.stringify(counterexample)}`)
      },
      1_800_000,
    )
  }
})
