import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { FileWatcher } from '../../src/dev/file-watcher.ts'

it('tells once of each change of its files, and of those that they name', async () => {
  await using folder = await temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  await mkdir(at('tls'))
  await writeFile(at('shop.yaml'), 'one')
  await writeFile(at('tls/shop.pem'), 'certificate')
  let changes = 0
  const watcher = new FileWatcher({ paths: [at('shop.yaml')], onChange: () => changes++ })
  watcher.follow([at('tls/shop.pem'), at('none/there.pem')])
  await watcher.start()
  try {
    await writeFile(at('shop.yaml'), 'two')
    await waitFor('the first change', () => changes === 1)
    // As tools do that renew certificates: written aside, and renamed over it.
    await writeFile(at('tls/shop.pem.new'), 'renewed')
    await rename(at('tls/shop.pem.new'), at('tls/shop.pem'))
    await waitFor('the second change', () => changes === 2)
    await writeFile(at('tls/other'), 'is nobody’s')
    await writeFile(at('shop.yaml'), 'three')
    await waitFor('the third change', () => changes === 3)
  } finally {
    watcher.close()
  }
  expect(changes).toBe(3)
})
