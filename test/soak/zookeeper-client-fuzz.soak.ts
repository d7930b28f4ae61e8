import { expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { fuzzRecords, fuzzStreams } from '../../packages/zookeeper/test/protocol/fuzz/fuzz.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const FRAMES = 1_000_000
/** What garbage that is not collected yet may take; a wrong length that is believed takes more at once. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024

const seeds = Array.from({ length: RUNS }, (_, run) => SEED + run)

it.each(seeds)(
  'seed %i: a million mutated frames are read or refused',
  (seed) => {
    const report = fuzzRecords({ seed, frames: FRAMES })
    recordResult(RESULTS, { soak: 'zookeeper-client-fuzz', of: 'records', ...report })
    expect(report.largestGrowth).toBeLessThan(8)
    expect(report.largestMemoryBytes).toBeLessThan(MEMORY_BYTES_MAX)
    expect(report.decoded + report.refused).toBe(FRAMES)
  },
  600_000,
)

it.each(seeds)(
  'seed %i: streams of a million mutated frames are cut or refused',
  (seed) => {
    const report = fuzzStreams({ seed, frames: FRAMES })
    recordResult(RESULTS, { soak: 'zookeeper-client-fuzz', of: 'streams', ...report })
    expect(report.largestMemoryBytes).toBeLessThan(MEMORY_BYTES_MAX)
    expect(report.delivered).toBeGreaterThan(FRAMES / 4)
  },
  600_000,
)
