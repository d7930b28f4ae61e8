// `npm run check`: all that can be told without a real engine, in under a minute. The unit tests read
// sources alone, so they run beside the other steps; what a step says is printed when it has ended, so
// nothing is mixed. Each of the two goes on when the other fails.
import { capture } from './lib/run.mjs'

const steps = [
  ['lock file', 'node', ['scripts/check-lock.mjs']],
  ['types and build', 'node', ['scripts/build.mjs']],
  ['reference pages', 'node', ['scripts/generate-reference.mjs', '--check']],
  ['lint and format', 'npx', ['biome', 'check', '--error-on-warnings', '.']],
  ['imports', 'node', ['scripts/check-imports.mjs']],
  ['dead code', 'npx', ['knip', '--no-progress', '--cache']],
  // Last: a case that was added is red here until it is recorded.
  ['conformance table', 'node', ['scripts/generate-conformance.mjs', '--check']],
]
const unitTests = [['unit tests', 'node', ['scripts/vitest.mjs', 'unit']]]

const codes = await Promise.all([steps, unitTests].map(untilOneFails))
process.exitCode = codes.find((code) => code > 128) ?? Math.max(...codes)

async function untilOneFails(steps) {
  for (const [name, command, args] of steps) {
    const started = Date.now()
    const { code, output } = await capture(command, args)
    process.stdout.write(output)
    if (code !== 0) {
      console.error(`check: ${name} failed`)
      return code > 128 ? code : 1
    }
    console.log(`check: ${name} ok (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  }
  return 0
}
