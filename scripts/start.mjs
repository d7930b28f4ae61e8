// `npm start`: sets up what is missing, builds, and runs `zoogate dev examples/shop.yaml`.
// Arguments go to `zoogate dev` in place of that file: `npm start -- my.yaml --zookeeper host:2181`.
import { run, runGroup } from './lib/run.mjs'
import { setUp } from './lib/set-up.mjs'

await setUp('start')
console.log('Building …')
const built = await runGroup('node', ['scripts/build.mjs', 'packages/zoogate'])
if (built !== 0) process.exit(built)
const args = process.argv.slice(2)
process.exitCode = await run(process.execPath, [
  'packages/zoogate/programs/zoogate.js',
  'dev',
  ...(args.length > 0 ? args : ['examples/shop.yaml']),
])
