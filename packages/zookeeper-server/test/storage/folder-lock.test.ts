import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { lockFolder } from '../../src/storage/folder-lock.ts'

describe('the lock of a data folder', () => {
  it('is held once, also within one process, and given back', async () => {
    await using folder = await temporaryFolder()
    const lock = await lockFolder(folder.path)
    await expect(lockFolder(folder.path)).rejects.toMatchObject({ code: 'ZK_SERVER_FOLDER_LOCKED' })
    await lock.release()
    await (await lockFolder(folder.path)).release()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('names the process that holds it', async () => {
    await using folder = await temporaryFolder()
    const lock = await lockFolder(folder.path)
    await expect(lockFolder(folder.path)).rejects.toThrow(`process ${process.pid} holds it`)
    await lock.release()
  })

  it('is taken over from a process that is gone', async () => {
    await using folder = await temporaryFolder()
    const child = spawn('true')
    const { pid } = child
    await once(child, 'exit')
    await writeFile(join(folder.path, 'server.lock.1'), JSON.stringify({ pid, startedAt: 'x 1' }))
    await (await lockFolder(folder.path)).release()
  })

  it('is taken over from a process whose number somebody else has now', async () => {
    await using folder = await temporaryFolder()
    const lock = await lockFolder(folder.path)
    const path = join(folder.path, 'server.lock.1')
    const held: { pid: number; startedAt: string } = JSON.parse(await readFile(path, 'utf8'))
    await lock.release()
    const earlier = held.startedAt.replace(/ \d+$/, ' 1')
    expect(earlier).not.toBe(held.startedAt)
    await writeFile(path, JSON.stringify({ ...held, startedAt: earlier }))
    await (await lockFolder(folder.path)).release()
  })

  it('is taken over when it says nothing sensible', async () => {
    await using folder = await temporaryFolder()
    for (const text of ['', '{', '[]', '{"pid":"x"}']) {
      await writeFile(join(folder.path, 'server.lock.1'), text)
      await (await lockFolder(folder.path)).release()
    }
  })

  it('goes to one of many that come at once', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'server.lock.1'), 'stale')
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => lockFolder(folder.path)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  })
})
