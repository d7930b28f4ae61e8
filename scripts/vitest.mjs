// Runs one vitest project and appends what it counted to the file in ZOOGATE_COUNTS, if given, so
// that `npm test` can close with one line over all of them.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runGroup } from './lib/run.mjs'

const [project, ...filters] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'zg-vitest-'))
const file = join(folder, 'result.json')
const code = await runGroup('npx', [
  'vitest',
  'run',
  '--project',
  project,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
  ...filters,
])
try {
  const result = JSON.parse(readFileSync(file, 'utf8'))
  const counts = {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.testResults.filter(failedToLoad).length,
    skipped: result.numPendingTests + result.numTodoTests,
  }
  if (process.env.ZOOGATE_COUNTS) {
    appendFileSync(process.env.ZOOGATE_COUNTS, `${JSON.stringify(counts)}\n`)
  }
} catch (error) {
  console.error(`vitest left no result: ${error.message}`)
  process.exitCode = 1
}
rmSync(folder, { recursive: true, force: true })
if (code !== 0) process.exitCode = code

/** A file that failed before any of its tests ran. */
function failedToLoad(file) {
  return file.status === 'failed' && file.assertionResults.length === 0
}
