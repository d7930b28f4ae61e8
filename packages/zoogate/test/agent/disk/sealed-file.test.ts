import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { SealedFile, seal, unseal } from '../../../src/agent/disk/sealed-file.ts'

it('gives back what was written last', async () => {
  await using folder = await temporaryFolder()
  const file = new SealedFile(join(folder.path, 'state'))
  expect(await file.read()).toEqual({ text: undefined, problems: [] })
  await file.write('one')
  await file.write('two')
  expect((await new SealedFile(file.path).read()).text).toBe('two')
})

it('falls back to the one before, wherever the newest is torn, and whatever bit is flipped', async () => {
  await using folder = await temporaryFolder()
  const file = new SealedFile(join(folder.path, 'state'))
  await file.write('{"the":"former"}')
  await file.write('{"the":"newest"}')
  const whole = await readFile(file.path)
  for (let length = 0; length < whole.length; length += 1) {
    await writeFile(file.path, whole.subarray(0, length))
    const { text, problems } = await new SealedFile(file.path).read()
    expect(text, `cut to ${length} bytes`).toBe('{"the":"former"}')
    expect(problems).toHaveLength(1)
  }
  for (let index = 0; index < whole.length; index += 1) {
    const flipped = Buffer.from(whole)
    flipped[index] = (flipped[index] ?? 0) ^ 1
    await writeFile(file.path, flipped)
    expect((await new SealedFile(file.path).read()).text, `byte ${index}`).toBe('{"the":"former"}')
  }
})

it('never lets a torn file push out the good one before it', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'state')
  const first = new SealedFile(path)
  await first.write('good')
  await first.write('torn soon')
  await writeFile(path, 'zoogate-sea')
  const next = new SealedFile(path)
  expect((await next.read()).text).toBe('good')
  await next.write('newer')
  await rm(path)
  expect((await new SealedFile(path).read()).text).toBe('good')
})

it('seals any text', () => {
  for (const text of ['', '\n', 'a\nb', '\u0000', '☃']) expect(unseal(seal(text))).toBe(text)
  expect(unseal('')).toBeUndefined()
  expect(unseal('\n')).toBeUndefined()
})
