// `npm run bench -- NAME [--runs N] [-t PART]`: one benchmark of bench/, or of it only what has PART in its
// name, an engine's for example. The result is appended to its results.jsonl with the machine and the
// date.
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' }, name: { type: 'string', short: 't' } },
  allowPositionals: true,
})
if (positionals.length === 0) {
  const names = readdirSync('bench').filter((name) => name !== 'lib' && !name.includes('.'))
  console.error(`usage: npm run bench -- NAME [--runs N] [-t PART]; benchmarks: ${names.join(' ')}`)
  process.exit(2)
}
const only = values.name === undefined ? [] : ['-t', values.name]
const env = values.runs === undefined ? {} : { ZOOGATE_RUNS: values.runs }
const vitest = ['vitest', 'run', '--project', 'bench', ...only, ...positionals]
process.exitCode = await run('npx', vitest, { env })
