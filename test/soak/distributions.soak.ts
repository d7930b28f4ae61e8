import { describe, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { usable, VARIANTS } from '../conformance/harness/engine/variants.ts'
import { distributions, judgeDistributions } from '../scenarios/distributions.ts'

const REQUESTS = 10_000
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname

describe('soak: who answers 10,000 requests, by each algorithm', () => {
  for (const variant of VARIANTS.filter(usable)) {
    it(variant.name, async () => {
      const result = await distributions({ variant, requests: REQUESTS })
      const counts = result.distributions.map(({ algorithm, endpoints, rows }) => ({
        algorithm,
        endpoints,
        counts: rows.map(({ count }) => count),
        expected: rows.map(({ expected }) => Math.round(expected)),
        bounds: rows.map(({ bound }) => Math.round(bound)),
      }))
      const soak = { soak: 'distributions', engine: variant.name, requests: REQUESTS }
      recordResult(RESULTS, { ...soak, counts, hash: result.hash })
      judgeDistributions(result)
    }, 3_600_000)
  }
})
