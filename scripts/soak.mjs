// `npm run soak -- [--runs N] [--seed S] [FILTER]`: the long runs, each with a seed of its own from S
// on. Results are appended to test/soak/results.jsonl.
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
})
process.exitCode = await run('npx', ['vitest', 'run', '--project', 'soak', ...positionals], {
  env: { ZOOGATE_RUNS: values.runs, ZOOGATE_SEED: values.seed },
})
