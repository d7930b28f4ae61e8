import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { makeRunFolder, removeRunFolder } from '../../src/supervisor/run-folder.ts'

it('a run folder goes with what lies in it', async () => {
  await using folder = await temporaryFolder()
  const run = join(folder.path, 'run')
  makeRunFolder(run)
  expect(statSync(run).mode & 0o777).toBe(0o711)
  writeFileSync(join(run, 'flag'), '')
  removeRunFolder(run)
  expect(existsSync(run)).toBe(false)
  removeRunFolder(run)
})

it('a run folder with a folder in it stays: that is none of ours', async () => {
  await using folder = await temporaryFolder()
  const run = join(folder.path, 'run')
  mkdirSync(join(run, 'theirs'), { recursive: true })
  removeRunFolder(run)
  expect(existsSync(join(run, 'theirs'))).toBe(true)
})
