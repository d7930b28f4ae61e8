import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEngineScript } from '../../src/supervisor/start-engine-script.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zg-start-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('becomes the engine, with its words as they are, and says which process it is', () => {
  const current = join(folder, "it's current")
  const pidFile = join(folder, 'a b.pid')
  mkdirSync(current)
  const words = ["it's", '$HOME `id`', '\\n', '', 'a\nb', '"']
  const program = { command: '/bin/sh', args: ['-c', 'printf "%s|" "$$" "$@"', 'sh', ...words] }
  const script = startEngineScript(program, current, pidFile)
  const output = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', timeout: 10_000 })
  const pid = readFileSync(pidFile, 'utf8').trim()
  expect(output).toBe(`${[pid, ...words].join('|')}|`)
})
