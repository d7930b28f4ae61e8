import { readdir, readlink, stat, symlink } from 'node:fs/promises'
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

const modeOf = async (name: string) =>
  (await stat(`${generations.path('1')}/${name}`)).mode.toString(8).slice(-3)

it('keeps private keys to the user that the engine is started as', async () => {
  await generations.write('1', new Map([...files('x'), ['private/shop.pem', 'key']]))
  expect(await modeOf('a.conf')).toBe('644')
  expect(await modeOf('private')).toBe('700')
  await generations.update('1', new Map([['users.private.cfg', 'hashes']]))
  expect(await modeOf('users.private.cfg')).toBe('600')
  expect(await modeOf('private/shop.pem')).toBe('600')
  await generations.update('1', new Map([['private/shop.pem', 'other key']]))
  expect(await modeOf('private/shop.pem')).toBe('600')
})

it('gives the group of the workers what is for them, and nobody else', async () => {
  const group = process.getgid?.() ?? 0
  generations = new Generations(folder.path, () => group)
  await generations.write('1', files('x'))
  await generations.update('1', new Map([['workers/users/staff', 'ada:$6$…']]))
  for (const name of ['workers', 'workers/users']) expect(await modeOf(name)).toBe('750')
  expect(await modeOf('workers/users/staff')).toBe('640')
  expect((await stat(`${generations.path('1')}/workers/users/staff`)).gid).toBe(group)
})
