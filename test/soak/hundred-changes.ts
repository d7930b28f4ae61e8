import { expect } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { changesUnderLoad } from '../scenarios/changes-under-load.ts'
import { seededRandom } from '../support/random.ts'
import type { Stack } from '../support/stack.ts'

const CHANGES = 100
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname

/** What a stack's Service needs for it: killed instances are found out by their checks. */
export const CHECKED_SERVICE = `  healthCheck: { http: { path: /healthz }, interval: 1s, timeout: 1s, rise: 1, fall: 3 }`

export interface HundredChangesOptions {
  /** Its name in the results. */
  readonly soak: string
  readonly stack: Stack
  readonly seed: number
  /** A fault in the middle. */
  readonly midway?: () => Promise<void>
}

/** 100 changes of instances, 20 valid and 5 invalid configurations under load; records what failed, and expects that nothing did. */
export async function hundredChanges({
  soak,
  stack,
  seed,
  ...fault
}: HundredChangesOptions): Promise<void> {
  const { failed, reports } = await changesUnderLoad({
    stack,
    changes: CHANGES,
    valid: 20,
    invalid: 5,
    random: seededRandom(seed),
    ...fault,
  })
  const sent = Object.fromEntries([...reports].map(([engine, report]) => [engine, report.sent]))
  const failures = Object.fromEntries(failed)
  recordResult(RESULTS, { soak, seed, changes: CHANGES, failed: failures, sent })
  for (const engine of stack.engines) {
    expect(failed.get(engine), `${engine}: ${JSON.stringify(reports.get(engine))}`).toBe(0)
  }
}
