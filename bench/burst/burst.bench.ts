import { describe, expect, it } from 'vitest'
import { burst } from '../../test/scenarios/burst.ts'
import { seededRandom } from '../../test/support/random.ts'
import { startStack } from '../../test/support/stack.ts'
import { FRONTS } from '../lib/fronts.ts'
import { quantile, recordResult } from '../lib/results.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '20')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
/** Aims, in milliseconds after the last change. */
const AIM_MS: Readonly<Record<string, number>> = { nginx: 2_000 }
const AIM_LIVE_MS = 500

describe('burst: 10 s of churn at 50 changes a second', () => {
  it.each(FRONTS)(
    '$name converges',
    async ({ name, engine, environment }) => {
      await using stack = await startStack({
        engines: [engine],
        ...(environment === undefined ? {} : { environment }),
        service: '  protection: "off"',
      })
      const eight: number[] = []
      const churn: number[] = []
      for (let run = 0; run < RUNS; run++) {
        const random = seededRandom(SEED + run)
        const first = await burst({ stack, changesPerSecond: 50, seconds: 0, random })
        eight.push(first.get(engine) ?? Number.NaN)
        const took = await burst({ stack, changesPerSecond: 50, seconds: 10, random })
        churn.push(took.get(engine) ?? Number.NaN)
      }
      const aimMs = AIM_MS[name] ?? AIM_LIVE_MS
      recordResult(RESULTS, {
        bench: 'burst',
        engine: name,
        runs: RUNS,
        seed: SEED,
        eightAtOnce: { p50Ms: quantile(eight, 0.5), maxMs: Math.max(...eight) },
        churn: { p50Ms: quantile(churn, 0.5), maxMs: Math.max(...churn) },
        withinAim: [...eight, ...churn].filter((ms) => ms <= aimMs).length,
        of: eight.length + churn.length,
        aimMs,
      })
      expect(churn).toHaveLength(RUNS)
    },
    1_800_000,
  )
})
