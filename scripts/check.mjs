// `npm run check`: all that can be told without a real engine, in under a minute.
import { runGroup } from './lib/run.mjs'

const steps = [
  ['lock file', 'node', ['scripts/check-lock.mjs']],
  ['types and build', 'npx', ['tsc', '-b']],
  ['reference pages', 'node', ['scripts/generate-reference.mjs', '--check']],
  ['conformance table', 'node', ['scripts/generate-conformance.mjs', '--check']],
  ['lint and format', 'npx', ['biome', 'check', '--error-on-warnings', '.']],
  ['imports', 'node', ['scripts/check-imports.mjs']],
  ['dead code', 'npx', ['knip', '--no-progress']],
  ['unit tests', 'node', ['scripts/vitest.mjs', 'unit']],
]

for (const [name, command, args] of steps) {
  const started = Date.now()
  const code = await runGroup(command, args)
  if (code !== 0) {
    console.error(`check: ${name} failed`)
    process.exit(code > 128 ? code : 1)
  }
  console.log(`check: ${name} ok (${((Date.now() - started) / 1000).toFixed(1)} s)`)
}
