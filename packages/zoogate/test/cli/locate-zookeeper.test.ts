import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { locateZooKeeper } from '../../src/cli/locate-zookeeper.ts'

describe('locateZooKeeper', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let below: string
  let home: string

  beforeEach(async () => {
    folder = await temporaryFolder()
    below = join(folder.path, 'work', 'deep', 'down')
    home = join(folder.path, 'home')
    await mkdir(below, { recursive: true })
    await mkdir(join(home, '.config', 'zoogate'), { recursive: true })
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const write = async (path: string, text: string) => {
    await mkdir(join(folder.path, path, '..'), { recursive: true })
    await writeFile(join(folder.path, path), text)
  }
  const locate = (
    flags: Parameters<typeof locateZooKeeper>[0] = {},
    environment: Record<string, string> = {},
  ) => locateZooKeeper(flags, { environment, folder: below, home })

  it('takes the flag, the variable, the nearest run.json, the config: in this order', async () => {
    await write('home/.config/zoogate/config.yaml', 'zookeeper: config:1\nroot: /c\n')
    expect(await locate()).toMatchObject({ connectString: 'config:1', root: '/c' })

    await write('work/.zoogate/run.json', '{"zookeeper":"far:1","root":"/far","pid":1}')
    expect(await locate()).toMatchObject({ connectString: 'far:1', root: '/far', pid: 1 })

    await write('work/deep/.zoogate/run.json', '{"zookeeper":"near:1"}')
    expect(await locate()).toEqual({
      connectString: 'near:1',
      root: '/zoogate',
      source: join(folder.path, 'work/deep/.zoogate/run.json'),
    })

    const environment = { ZOOGATE_ZOOKEEPER: 'variable:1' }
    expect(await locate({}, environment)).toMatchObject({ connectString: 'variable:1' })
    expect(await locate({ zookeeper: 'flag:1' }, environment)).toMatchObject({
      connectString: 'flag:1',
      root: '/zoogate',
      source: '--zookeeper',
    })
  })

  it('takes the root from the flag, the variable, then the file', async () => {
    await write('work/.zoogate/run.json', '{"zookeeper":"a:1","root":"/file"}')
    expect(await locate({ root: '/flag' }, { ZOOGATE_ROOT: '/variable' })).toMatchObject({
      root: '/flag',
    })
    expect(await locate({}, { ZOOGATE_ROOT: '/variable' })).toMatchObject({ root: '/variable' })
  })

  it('says where it looked, and what to do', async () => {
    const message = /--zookeeper, ZOOGATE_ZOOKEEPER.*run\.json.*config\.yaml.*zoogate dev/
    await expect(locate()).rejects.toThrow(message)
  })

  it.each(['', '{', '[]', '{"zookeeper":7}', '{"root":"/a"}', 'a: [', '1'])(
    'says what is wrong with a file that holds %j',
    async (text) => {
      await write('work/.zoogate/run.json', text)
      await expect(locate()).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(join('work', '.zoogate', 'run.json')),
      })
    },
  )

  it('follows XDG_CONFIG_HOME', async () => {
    await write('elsewhere/zoogate/config.yaml', 'zookeeper: xdg:1')
    const environment = { XDG_CONFIG_HOME: join(folder.path, 'elsewhere') }
    expect(await locate({}, environment)).toMatchObject({ connectString: 'xdg:1' })
  })
})
