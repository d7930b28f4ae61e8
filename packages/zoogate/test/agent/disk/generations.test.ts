import { readdir, readlink, symlink } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { Generations } from '../../../src/agent/disk/generations.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let generations: Generations
const files = (text: string) => new Map([['a.conf', text]])

beforeEach(async () => {
  folder = await temporaryFolder()
  generations = new Generations(folder.path)
  await generations.open()
})
afterEach(() => folder[Symbol.asyncDispose]())

it('writes whole generations, with folders in them', async () => {
  await generations.write('1', new Map([...files('x'), ['services/shop.conf', 'y']]))
  expect(await generations.read('1', 'services/shop.conf')).toBe('y')
  expect(await generations.read('1', 'none')).toBeUndefined()
  await generations.write('1', files('again'))
  expect(await readdir(generations.path('1'))).toEqual(['a.conf'])
})

it('sorts by number', async () => {
  for (const id of ['9', '10', '8']) await generations.write(id, files(''))
  expect(await generations.list()).toEqual(['8', '9', '10'])
})

it('makes one current by a relative link, and knows it again', async () => {
  expect(await generations.currentId()).toBeUndefined()
  await generations.write('7', files(''))
  await generations.switchTo('7')
  expect(await readlink(generations.current)).toBe('generations/7')
  expect(await generations.currentId()).toBe('7')
  await generations.unlinkCurrent()
  expect(await generations.currentId()).toBeUndefined()
})

it('does not believe a link to elsewhere, or to what is not there', async () => {
  await symlink('/etc', generations.current)
  expect(await generations.currentId()).toBeUndefined()
  await generations.switchTo('3')
  expect(await generations.currentId()).toBeUndefined()
})

it('replaces only what differs', async () => {
  await generations.write('1', new Map([...files('same'), ['b.conf', 'old']]))
  const changed = await generations.update('1', new Map([...files('same'), ['b.conf', 'new']]))
  expect(changed).toEqual(['b.conf'])
  expect(await generations.read('1', 'b.conf')).toBe('new')
})

it('prunes all but the newest, the current, and what is to be kept', async () => {
  for (let id = 1; id <= 9; id += 1) await generations.write(String(id), files(''))
  await generations.switchTo('2')
  await generations.prune(new Set(['4']))
  expect(await generations.list()).toEqual(['2', '4', '7', '8', '9'])
})

it.each(['../x', '/etc/x', 'a/../../x', '', 'a//b', '.'])(
  'refuses a file named %s',
  async (name) => {
    await expect(generations.write('1', new Map([[name, '']]))).rejects.toThrow('rendered a file')
  },
)
