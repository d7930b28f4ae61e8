import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What became of one case on one engine. */
export interface CaseResult {
  readonly id: string
  /** Of the variant: an engine, or one way in which it is run. */
  readonly engine: string
  readonly outcome: 'passed' | 'failed' | 'refused'
}

type Recorded = Record<string, Record<string, CaseResult['outcome']>>

const FILE = fileURLToPath(new URL('../results.json', import.meta.url))

/**
 * Where ZOOGATE_CONFORMANCE_RECORD is 1, puts results into results.json, which the table in the docs
 * is made from; those of cases and engines that were not asked stay.
 */
export function recordResults(results: readonly CaseResult[]): void {
  if (process.env['ZOOGATE_CONFORMANCE_RECORD'] !== '1') return
  const recorded = readRecorded()
  for (const { id, engine, outcome } of results) {
    recorded[id] = { ...recorded[id], [engine]: outcome }
  }
  const sorted = Object.entries(recorded).sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = sorted.map(([id, engines]) => {
    const fields = Object.entries(engines).sort(([a], [b]) => (a < b ? -1 : 1))
    return `  ${JSON.stringify(id)}: ${JSON.stringify(Object.fromEntries(fields))}`
  })
  writeFileSync(FILE, `{\n${lines.join(',\n')}\n}\n`)
}

function readRecorded(): Recorded {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'))
  } catch {
    return {}
  }
}
