import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { lockFolder } from '../../src/supervisor/folder-lock.ts'
import { processIdentity } from '../../src/supervisor/process-identity.ts'

describe('lockFolder', () => {
  it('holds until it is released, and leaves nothing behind', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'lock')
    const lock = lockFolder(path)
    expect(() => lockFolder(path)).toThrow(expect.objectContaining({ code: 'SUPERVISOR_LOCKED' }))
    lock.release()
    lockFolder(path).release()
    expect(await readdir(folder.path)).toEqual([])
  })

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 4_194_305, startTicks: '1' })],
    ['of a pid that is another process now', JSON.stringify({ pid: process.pid, startTicks: '1' })],
    ['that is no lock', 'x'],
    ['that is empty', ''],
  ])('takes over a file %s', async (_, text) => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'lock')
    await writeFile(path, text)
    lockFolder(path)
    expect(() => lockFolder(path)).toThrow(String(process.pid))
    expect(await readdir(folder.path)).toEqual(['lock'])
  })

  it('names its holder by pid and start time', () => {
    expect(processIdentity(process.pid)?.startTicks).toMatch(/^[0-9]+$/)
  })
})
