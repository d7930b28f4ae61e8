// `npm run bench -- NAME [--runs N]`: one benchmark of bench/, whose result is appended to its
// results.jsonl with the machine and the date. `npm run build` first.
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' } },
  allowPositionals: true,
})
if (positionals.length === 0) {
  const names = readdirSync('bench').filter((name) => name !== 'lib' && !name.includes('.'))
  console.error(`usage: npm run bench -- NAME [--runs N]; benchmarks: ${names.join(' ')}`)
  process.exit(2)
}
const env = values.runs === undefined ? {} : { ZOOGATE_RUNS: values.runs }
process.exitCode = await run('npx', ['vitest', 'run', '--project', 'bench', ...positionals], {
  env,
})
