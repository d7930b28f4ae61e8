import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { haproxy } from '../../../src/engines/haproxy/index.ts'

const golden = new URL('../../../test/engines/haproxy/golden/', import.meta.url).pathname

describe.skipIf(missing('haproxy') !== undefined)('the real checker', () => {
  test('finds this HAProxy usable', async () => {
    expect(await haproxy.detect()).toEqual({
      installed: true,
      version: expect.stringMatching(/^[0-9.]+$/),
    })
  })

  test.each(['plain', 'routing', 'services'])('accepts the golden file %s', async (name) => {
    await using folder = await temporaryFolder()
    const generation = join(folder.path, 'generation')
    await mkdir(generation)
    // The files of a generation one after the other, as HAProxy reads them.
    await cp(join(golden, `${name}.cfg`), join(generation, `${name}.cfg`))
    const paths = { folder: '/f', current: '/f/current', logs: '/f/logs', run: '/f/run' }
    await haproxy.validate(generation, paths)
  })

  test('refuses a path that is too long for a socket, before HAProxy fails at it', async () => {
    const paths = {
      folder: '/f',
      current: '/f/current',
      logs: '/f/logs',
      run: `/${'x'.repeat(90)}`,
    }
    await expect(haproxy.validate('/f/current', paths)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining('97 bytes'),
    })
  })
})
