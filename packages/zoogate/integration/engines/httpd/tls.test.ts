import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { createAuthority } from '../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { shownCertificate } from '../../../../../test/support/shown-certificate.ts'
import { httpd as engine } from '../../../src/engines/httpd/index.ts'
import { secretFiles } from '../../../src/engines/shared/secret-files.ts'
import type { Secret, View } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { startHttpd } from './running-httpd.ts'

describe.skipIf(missing('httpd') !== undefined)('httpd that ends TLS', () => {
  test('shows renewed certificates after a reload, and endpoints change live behind each of them', async () => {
    await using backends = await startBackends(2)
    await using folder = await temporaryFolder()
    const authority = await createAuthority(folder.path, 'test')
    const secret = async (name: string): Promise<Secret> => {
      const subjectAltName = `DNS:${name}.test`
      const { cert, key } = await authority.issue({ commonName: name, subjectAltName })
      return { type: 'TLS', name, version: '1', chainPem: cert, keyPem: key }
    }
    const [a, b] = backends.all.map(({ name, port }) => endpointOf(name, port))
    if (a === undefined || b === undefined) throw new Error('there are two')
    const port = await freePort()
    const view = (secrets: readonly Secret[]): View =>
      viewOf({
        secrets,
        listeners: [
          listenerOf(port, {
            protocol: 'HTTPS',
            tls: { certificates: ['one', 'two'], minVersion: '1.2', http2: true },
          }),
        ],
        services: [serviceOf('shop', [a])],
      })
    const one = await secret('one')
    await using httpd = await startHttpd(view([one, await secret('two')]))
    const shown = async (name: string) => (await shownCertificate(port, name)).fingerprint256
    const two = await shown('two.test')
    expect(await shown('else.test')).toBe(await shown('one.test'))
    expect(two).not.toBe(await shown('one.test'))

    await httpd.control.applyEndpoints([serviceOf('shop', [a, b])])
    const { services } = await httpd.control.observe()
    expect(services.get('shop')?.map(({ id }) => id)).toEqual([a.id, b.id])

    const renewed = [one, await secret('two')]
    await httpd.serve(view(renewed))
    expect(await shown('two.test')).not.toBe(two)

    // httpd would end at such a reload.
    const files = engine.render(view(renewed), { paths: httpd.paths, generation: '99' })
    const generation = await httpd.write('99', files)
    await writeFile(
      join(generation, secretFiles.key('two')),
      files.get(secretFiles.key('one')) ?? '',
    )
    await expect(engine.validate(generation, httpd.paths)).rejects.toThrowError(
      expect.objectContaining({
        code: 'ENGINE_INVALID',
        message: expect.stringContaining('private/two.chain.pem: key is not the private key'),
      }),
    )
    const weak = await authority.issue({ commonName: 'two.test', digest: 'sha1' })
    await writeFile(join(generation, secretFiles.chain('two')), weak.cert)
    await writeFile(join(generation, secretFiles.key('two')), weak.key)
    await expect(engine.validate(generation, httpd.paths)).rejects.toThrowError(
      /private\/two\.chain\.pem: OpenSSL does not load it: ca md too weak/,
    )
  })
})
