import { rmSync, writeSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { BoundedLog } from '../../src/supervisor/bounded-log.ts'

describe('BoundedLog', () => {
  it('keeps the newest lines and one file before', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.log')
    const log = new BoundedLog(path, { bytesMax: 100 })
    for (let i = 0; i < 3; i++) {
      log.write(`${i}${'x'.repeat(100)}`)
      log.keepBounded()
    }
    log.write('after')
    expect(await readFile(path, 'utf8')).toBe('after\n')
    expect((await readFile(`${path}.1`, 'utf8'))[0]).toBe('2')
    expect(await readdir(folder.path)).toEqual(['engine.log', 'engine.log.1'])
  })

  it('lets whoever has the descriptor go on at the new end', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.log')
    const log = new BoundedLog(path, { bytesMax: 10 })
    const descriptor = Number(log.stdio)
    writeSync(descriptor, 'a long line before\n')
    log.keepBounded()
    writeSync(descriptor, 'after\n')
    expect(await readFile(path, 'utf8')).toBe('after\n')
  })

  it('bounds a file that somebody deleted', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.log')
    const log = new BoundedLog(path, { bytesMax: 10 })
    log.write('a long line before')
    rmSync(path)
    log.keepBounded()
    log.write('after')
    const { size } = await stat(`/proc/self/fd/${log.stdio}`)
    expect(size).toBe('after\n'.length)
  })

  it('does without a folder', () => {
    const log = new BoundedLog('/nowhere/at/all/engine.log')
    expect(log.stdio).toBe('ignore')
    log.write('x')
    log.keepBounded()
  })
})
