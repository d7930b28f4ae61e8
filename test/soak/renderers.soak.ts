import { afterAll, describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { type Case, fuzz, wrongOnes } from '../../packages/zoogate/test/engines/fuzz/fuzz.ts'
import { SUBJECTS } from '../../packages/zoogate/test/engines/fuzz/subjects.ts'
import { checkFile } from './renderers/checked-file.ts'
import { PROBED, probe } from './renderers/probe.ts'

/** Hostile texts in the place of each text of the model: 10,000 for each engine are `--runs 10000`. */
const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const TIMEOUT_MS = 3_600_000
const VALUES_IN_A_FILE = 500
/** Of all cases. */
const PROBED_SHARE = 0.01

describe.each(SUBJECTS)('$name', (subject) => {
  const carried: Case[] = []
  const result: Record<string, unknown> = { soak: 'renderers', engine: subject.name, seed: SEED }

  afterAll(() => recordResult(RESULTS, result))

  it(
    'refuses each text, or writes it and nothing else',
    () => {
      const cases = fuzz(subject, { seed: SEED, runs: RUNS })
      const isOf = (outcome: string) => (each: Case) => each.verdict.outcome === outcome
      carried.push(...cases.filter(isOf('carried')))
      const wrong = wrongOnes(cases)
      Object.assign(result, {
        cases: cases.length,
        refused: cases.filter(isOf('refused')).length,
        carried: carried.length,
        anotherShape: cases.filter(isOf('another shape')).length,
        wrong: wrong.length,
      })
      expect(wrong.slice(0, 10)).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'writes files that its own checker takes',
    async () => {
      const files = []
      for (let at = 0; at < carried.length; at += VALUES_IN_A_FILE) {
        files.push(await checkFile(subject.engine, carried.slice(at, at + VALUES_IN_A_FILE)))
      }
      const complaints = files.flatMap(({ complaint }) => complaint ?? [])
      Object.assign(result, {
        checkedFiles: files.length,
        checkedValues: files.reduce((sum, { values }) => sum + values, 0),
        complaints: complaints.length,
      })
      expect(complaints).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'does with a request what the text says',
    async () => {
      const some = carried.filter(({ leaf }) => PROBED.has(leaf.field))
      const failures = await probe(subject.engine, some.slice(0, Math.ceil(RUNS * PROBED_SHARE)))
      Object.assign(result, {
        probed: Math.min(some.length, Math.ceil(RUNS * PROBED_SHARE)),
        probesFailed: failures.length,
      })
      expect(failures).toEqual([])
    },
    TIMEOUT_MS,
  )
})
