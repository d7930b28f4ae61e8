import { describe, expect, it } from 'vitest'
import { burst } from '../../test/scenarios/burst.ts'
import { seededRandom } from '../../test/support/random.ts'
import { type EngineName, startStack } from '../../test/support/stack.ts'
import { quantile, recordResult } from '../lib/results.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '20')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const ENGINES: readonly EngineName[] = ['haproxy', 'builtin', 'nginx']
/** Aims, in milliseconds after the last change. */
const AIM_MS = { haproxy: 500, builtin: 500, nginx: 2_000, httpd: 2_000 }

describe('burst: 10 s of churn at 50 changes a second', () => {
  it.each(ENGINES)(
    '%s converges',
    async (engine) => {
      await using stack = await startStack({
        engines: [engine],
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
      const aimMs = AIM_MS[engine]
      recordResult(RESULTS, {
        bench: 'burst',
        engine,
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
