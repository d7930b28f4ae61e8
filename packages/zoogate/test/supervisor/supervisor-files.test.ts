import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import {
  readEngineRecord,
  readListenersFile,
  readSupervisorFile,
  type SupervisorFile,
  supervisorFilePath,
  writeEngineRecord,
  writeSupervisorFile,
} from '../../src/supervisor/supervisor-files.ts'

const fileIn = (folder: string): SupervisorFile => ({
  program: {
    command: '/usr/sbin/haproxy',
    args: ['-W', '-f', 'x "y"\n'],
    stopSignal: 'SIGUSR1',
    stopTimeoutMs: 30_000,
    listeners: 'own',
  },
  paths: { folder, current: `${folder}/current`, logs: `${folder}/logs`, run: `${folder}/run` },
})

describe('supervisor.json', () => {
  it('is read as it was written, whole', async () => {
    await using folder = await temporaryFolder()
    writeSupervisorFile(fileIn(folder.path))
    expect(readSupervisorFile(folder.path)).toEqual(fileIn(folder.path))
    expect(await readdir(folder.path)).toEqual(['supervisor.json'])
  })

  it.each([
    ['program.command', { command: '' }],
    ['program.command', { command: 7 }],
    ['program.args', { args: 'x' }],
    ['program.args[0]', { args: [1] }],
    ['program.args', { args: Array.from({ length: 1_000 }, () => 'x') }],
    ['program.stopSignal', { stopSignal: 'SIGNONE' }],
    ['program.stopTimeoutMs', { stopTimeoutMs: -1 }],
    ['program.stopTimeoutMs', { stopTimeoutMs: 1.5 }],
    ['program.listeners', { listeners: 'mine' }],
  ])('names %s in %j', async (field, wrong) => {
    await using folder = await temporaryFolder()
    const { program, paths } = fileIn(folder.path)
    const file = { v: 1, program: { ...program, ...wrong }, paths }
    await writeFile(supervisorFilePath(folder.path), JSON.stringify(file))
    expect(() => readSupervisorFile(folder.path)).toThrow(
      expect.objectContaining({
        code: 'SUPERVISOR_FILE_INVALID',
        message: expect.stringContaining(field),
      }),
    )
  })

  it.each(['', '[]', 'null', '{"v":2}', '{"v":1}', '{"v":1,"program":[],"paths":{}}'])(
    'is not %j',
    async (text) => {
      await using folder = await temporaryFolder()
      await writeFile(supervisorFilePath(folder.path), text)
      expect(() => readSupervisorFile(folder.path)).toThrow(supervisorFilePath(folder.path))
    },
  )
})

describe('listeners.json', () => {
  it.each([
    ['listeners[0].port', [{ name: 'a', address: '*', port: 0 }]],
    ['listeners[0].port', [{ name: 'a', address: '*', port: 99_999 }]],
    ['listeners[0].address', [{ name: 'a', address: '', port: 80 }]],
    ['listeners[0]', ['*:80']],
    ['listeners', {}],
  ])('names %s in %j', async (field, listeners) => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'listeners.json')
    await writeFile(path, JSON.stringify({ v: 1, listeners }))
    expect(() => readListenersFile(folder.path)).toThrow(field)
  })
})

describe('engine.json', () => {
  it('tells nothing where it is not there or not whole', async () => {
    await using folder = await temporaryFolder()
    expect(readEngineRecord(folder.path)).toBeUndefined()
    const record = { pid: 42, startTicks: '123', listeners: 'inherit' } as const
    writeEngineRecord(folder.path, record)
    expect(readEngineRecord(folder.path)).toEqual(record)
    await writeFile(join(folder.path, 'engine.json'), '{"v":1,"pid":1,"startTicks":"1"}')
    expect(readEngineRecord(folder.path)).toBeUndefined()
  })
})
