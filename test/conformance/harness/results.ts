import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What became of one case on one engine. */
export interface CaseResult {
  readonly id: string
  /** Of the variant: an engine, or one way in which it is run. */
  readonly engine: string
  readonly outcome: 'passed' | 'failed' | 'refused'
}

/** By case, by engine. */
type Recorded = Record<string, Record<string, CaseResult['outcome']>>

const FILE = fileURLToPath(new URL('../results.jsonl', import.meta.url))

/**
 * Where ZOOGATE_CONFORMANCE_RECORD is 1, puts results into results.jsonl, which the table in the docs
 * is made from; those of cases and engines that were not asked stay.
 */
export function recordResults(results: readonly CaseResult[]): void {
  if (process.env['ZOOGATE_CONFORMANCE_RECORD'] !== '1') return
  const recorded = existsSync(FILE) ? parseRecorded(readFileSync(FILE, 'utf8')) : {}
  for (const { id, engine, outcome } of results) {
    recorded[id] = { ...recorded[id], [engine]: outcome }
  }
  const lines = sorted(recorded).map(([id, engines]) =>
    JSON.stringify({ case: id, engines: Object.fromEntries(sorted(engines)) }),
  )
  writeFileSync(FILE, `${lines.join('\n')}\n`)
}

function parseRecorded(text: string): Recorded {
  const lines = text.split('\n').filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const { case: id, engines } = JSON.parse(line)
      return [String(id), engines]
    }),
  )
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
