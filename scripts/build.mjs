// `npm run build [-- PROJECT]`: compiles, of all projects or of one and what it needs, and bundles the
// programs.
import { runGroup } from './lib/run.mjs'

const compiled = await runGroup('npx', ['tsc', '-b', ...process.argv.slice(2)])
process.exitCode = compiled === 0 ? await runGroup('node', ['scripts/bundle.mjs']) : compiled
