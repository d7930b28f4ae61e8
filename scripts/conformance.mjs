// `npm run conformance -- [--engine NAME] [--alone] [--record] [CASE…]`: the conformance suite, or a part of it.
// CASE is a file or a folder of cases from anywhere, or a part of the ids of some below
// test/conformance/cases. --record keeps what came of them, and writes the table of the docs.
// --alone gives each case the engine for itself: slower, and nothing of another case can help or hinder it.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const { values, positionals } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true },
    alone: { type: 'boolean' },
    record: { type: 'boolean' },
  },
  allowPositionals: true,
})
// npm runs scripts in the folder of package.json, and says where it was called.
const from = process.env.INIT_CWD ?? '.'
const cases = positionals.map((name) => {
  const path = resolve(from, name)
  return existsSync(path) ? path : name
})
const env = {
  ZOOGATE_CONFORMANCE_ENGINES: (values.engine ?? []).join(','),
  ZOOGATE_CONFORMANCE_CASES: cases.join(','),
  ZOOGATE_CONFORMANCE_ALONE: values.alone ? '1' : '',
  ZOOGATE_CONFORMANCE_RECORD: values.record ? '1' : '',
}
// What came of all engines is kept in one file, so they take turns where it is.
const turns = values.record ? ['--no-file-parallelism'] : []
const files = (values.engine ?? []).map((name) => `test/conformance/${name}.test.ts`)
for (const file of files.filter((file) => !existsSync(file))) {
  console.error(`no engine has its cases run by ${file}`)
  process.exit(2)
}
const which = files.length === 0 ? ['test/conformance'] : files
const vitest = ['vitest', 'run', '--project', 'whole', ...which, '--reporter=verbose']
process.exitCode = await run('npx', [...vitest, ...turns], { env })
if (values.record) await run('node', ['scripts/generate-conformance.mjs'])
