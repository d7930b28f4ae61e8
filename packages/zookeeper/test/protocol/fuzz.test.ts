import { expect, it } from 'vitest'
import { JuteReader } from '../../src/protocol/index.ts'
import { corpus } from './fuzz/corpus.ts'
import { fuzzRecords, fuzzStreams } from './fuzz/fuzz.ts'
import { operationCases } from './operation-cases.ts'

const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
/** All of a million: `npm run soak -- zookeeper-client-fuzz`. */
const FRAMES = 50_000
/** Garbage that is not collected yet, of this test and of those beside it; one wrong length that is believed takes more. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024
/** No hang: so long takes no frame even on a machine that is busy with other things. */
const FRAME_MS_MAX = 10_000
/** A Stat of 68 bytes becomes an object of eleven numbers. */
const GROWTH_MAX = 8

it('begins with valid frames, recorded from both servers and of every record', () => {
  const frames = corpus(SEED)
  for (const { name, bytes, decode } of frames) {
    if (name !== 'generated handshake')
      expect(() => decode(new JuteReader(bytes)), name).not.toThrow()
  }
  const names = new Set(frames.map(({ name }) => name))
  for (const { name } of operationCases) {
    expect(names).toContain(`generated request ${name}`)
    expect(names).toContain(`generated reply ${name}`)
  }
  for (const kind of ['handshake', 'event', 'error', 'multi', 'multiRead', 'getData']) {
    expect(names).toContain(`${kind} of Apache ZooKeeper`)
    expect(names).toContain(`${kind} of the embedded server`)
  }
})

it(`reads ${FRAMES} mutated frames, or refuses them with a typed error (seed ${SEED})`, () => {
  const report = fuzzRecords({ seed: SEED, frames: FRAMES })
  console.log(JSON.stringify(report))
  expect(report.decoded).toBeGreaterThan(FRAMES / 10)
  expect(report.refused).toBeGreaterThan(FRAMES / 10)
  expect(report.largestGrowth).toBeLessThan(GROWTH_MAX)
  expect(report.longestFrameMs).toBeLessThan(FRAME_MS_MAX)
  expect(report.largestMemoryBytes).toBeLessThan(MEMORY_BYTES_MAX)
})

it(`cuts ${FRAMES} mutated frames out of streams, or refuses the stream (seed ${SEED})`, () => {
  const report = fuzzStreams({ seed: SEED, frames: FRAMES })
  console.log(JSON.stringify(report))
  expect(report.delivered).toBeGreaterThan(FRAMES / 4)
  expect(report.refusedStreams).toBeGreaterThan(0)
  expect(report.largestMemoryBytes).toBeLessThan(MEMORY_BYTES_MAX)
})
