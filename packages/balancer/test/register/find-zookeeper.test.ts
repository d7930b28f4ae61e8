import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { findZooKeeper } from '../../src/register/find-zookeeper.ts'

async function folderWith(runFile: string | undefined) {
  const folder = await temporaryFolder()
  if (runFile !== undefined) {
    await mkdir(join(folder.path, '.zoogate'))
    await writeFile(join(folder.path, '.zoogate', 'run.json'), runFile)
  }
  return folder
}

describe('findZooKeeper', () => {
  it('takes the option, then the variable, then the run file', async () => {
    await using folder = await folderWith('{ "zookeeper": "run:2181" }')
    const environment = { ZOOGATE_ZOOKEEPER: 'variable:2181' }
    expect(findZooKeeper('option:2181', environment, folder.path)).toBe('option:2181')
    expect(findZooKeeper(undefined, environment, folder.path)).toBe('variable:2181')
    expect(findZooKeeper(undefined, {}, folder.path)).toBe('run:2181')
    expect(findZooKeeper('', { ZOOGATE_ZOOKEEPER: '' }, folder.path)).toBe('run:2181')
  })

  it.each([undefined, '', '{ "zoo', 'null', '[]', '{ "zookeeper": 2181 }', '{ "zookeeper": "" }'])(
    'says what to do when the run file is %j',
    async (runFile) => {
      await using folder = await folderWith(runFile)
      expect(() => findZooKeeper(undefined, {}, folder.path)).toThrow(
        expect.objectContaining({ code: 'ZOOKEEPER_UNKNOWN' }),
      )
    },
  )
})
