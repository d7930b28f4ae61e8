// `npm test`: sets up what the tests need, checks, then runs everything on real parts. Of these, all
// run even where one fails, so that one run tells everything.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './lib/run.mjs'
import { setUp } from './lib/set-up.mjs'

await setUp('test')
const folder = mkdtempSync(join(tmpdir(), 'zg-counts-'))
const counts = join(folder, 'counts.jsonl')
const env = { ZOOGATE_COUNTS: counts }
let code = await run('node', ['scripts/check.mjs'], { env })
if (code === 0) {
  for (const project of ['client', 'integration', 'whole*']) {
    const failed = await run('node', ['scripts/vitest.mjs', project], { env })
    code ||= failed
    // Above 128: a signal ended it, and it was for all of us.
    if (failed > 128) break
  }
}

const total = { passed: 0, failed: 0, skipped: 0 }
const lines = existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : []
for (const line of lines.filter((text) => text !== '')) {
  const project = JSON.parse(line)
  for (const key of Object.keys(total)) total[key] += project[key]
}
rmSync(folder, { recursive: true, force: true })
if (code !== 0 && total.failed === 0) total.failed = 1
if (process.env.CI && process.env.CI !== 'false' && total.skipped > 0) {
  console.error(`${total.skipped} tests were skipped, and in CI a skip is a failure`)
  code = code || 1
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = code
