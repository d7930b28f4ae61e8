import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAuthority } from '../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { haproxy } from '../../../src/engines/haproxy/index.ts'
import { runProgram } from '../../../src/engines/shared/run-program.ts'
import type { Secret } from '../../../src/model/view/view.ts'
import { CASES } from '../../../test/engines/haproxy/cases.ts'

describe.skipIf(missing('haproxy') !== undefined)('the real checker', () => {
  test('finds this HAProxy usable', async () => {
    expect(await haproxy.detect()).toEqual({
      installed: true,
      version: expect.stringMatching(/^[0-9.]+$/),
    })
  })

  test.each(Object.entries(CASES))('finds nothing to say of %s', async (_, view) => {
    await using folder = await temporaryFolder()
    const authority = await createAuthority(folder.path, 'authority')
    const { cert, key } = await authority.issue({ commonName: 'shop.test' })
    const secrets = view.secrets?.map((secret): Secret => {
      if (secret.type === 'TLS') return { ...secret, chainPem: cert, keyPem: key }
      return secret.type === 'CA' ? { ...secret, certificatesPem: authority.cert } : secret
    })
    const path = (name: string) => join(folder.path, name)
    const paths = { folder: folder.path, current: path('g'), logs: path('l'), run: path('r') }
    const files = haproxy.render(
      { ...view, ...(secrets === undefined ? {} : { secrets }) },
      { paths, generation: '1' },
    )
    for (const [name, text] of files) {
      await mkdir(dirname(join(paths.current, name)), { recursive: true })
      await writeFile(join(paths.current, name), text)
    }
    await haproxy.validate(paths.current, paths)
    const { output } = await runProgram('haproxy', ['-c', '-f', `${paths.current}/`], 10_000)
    expect(output).not.toMatch(/WARNING|ALERT/)
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
