// `npm run soak -- [--runs N] [--seed S] [--engine NAME]… [-t NAME] [FILTER]`: the long runs, each with a seed of its
// own from S on; only the tests with NAME in their names; of changes-under-load and ensemble, on these engines alone. Results are appended to test/soak/results.jsonl.
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', multiple: true, default: [] },
    name: { type: 'string', short: 't' },
  },
  allowPositionals: true,
})
const only = values.name === undefined ? [] : ['-t', values.name]
const vitest = ['vitest', 'run', '--project', 'soak', ...only, ...positionals]
process.exitCode = await run('npx', vitest, {
  env: {
    ZOOGATE_RUNS: values.runs,
    ZOOGATE_SEED: values.seed,
    ZOOGATE_SOAK_ENGINES: values.engine.join(','),
  },
})
