import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, createAuthority } from '../../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { freePort } from '../../../../../../test/support/free-port.ts'
import { missing } from '../../../../../../test/support/requirements.ts'
import { shownCertificate } from '../../../../../../test/support/shown-certificate.ts'
import { waitFor } from '../../../../../../test/support/wait-for.ts'
import { askControl } from '../../../../src/engines/nginx/control/control-client.ts'
import { nginxWithLua } from '../../../../src/engines/nginx/index.ts'
import { nginxFiles } from '../../../../src/engines/nginx/render/files.ts'
import type { Secret, View } from '../../../../src/model/view/view.ts'
import { listenerOf, serviceOf, viewOf } from '../../../../test/engines/support/views.ts'
import { type RunningNginx, startNginx } from '../running-nginx.ts'

const engine = nginxWithLua()

describe.skipIf(missing('nginx-lua') !== undefined)('certificates without a reload', () => {
  let first: Certificate
  let second: Certificate
  let other: Certificate
  let port: number
  let nginx: RunningNginx
  const folder = temporaryFolder()
  const view = (...secrets: readonly Secret[]): View =>
    viewOf({
      listeners: [
        listenerOf(port, {
          protocol: 'HTTPS',
          tls: { certificates: ['shop', 'other'], minVersion: '1.2', http2: true },
        }),
      ],
      services: [serviceOf('shop', [])],
      secrets,
    })
  const shop = (version: string, certificate: Certificate) =>
    tlsSecret('shop', version, certificate)
  const apply = (...secrets: readonly Secret[]) => nginx.control.applyCertificates?.(secrets)
  const names = async (servername?: string) => (await shownCertificate(port, servername)).subject.CN

  beforeAll(async () => {
    const authority = await createAuthority((await folder).path, 'authority')
    const issue = (commonName: string, name: string) =>
      authority.issue({ commonName, subjectAltName: `DNS:${name}` })
    first = await issue('first', 'shop.test')
    second = await issue('second', 'shop.test')
    other = await issue('other', 'other.test')
    port = await freePort()
    nginx = await startNginx(view(shop('1', first), tlsSecret('other', '1', other)), engine)
  })

  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]()
    await (await folder)[Symbol.asyncDispose]()
  })

  test('the next handshake shows them; connections that are there stay', async () => {
    const before = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await new Promise((resolve) => before.once('secureConnect', resolve))
    expect(await names()).toBe('first')
    await apply(shop('2', second))
    for (let handshake = 0; handshake < 8; handshake++) expect(await names()).toBe('second')
    expect(await names('shop.test')).toBe('second')
    expect(await names('other.test')).toBe('other')
    const answer = new Promise((resolve) => before.once('data', (bytes) => resolve(String(bytes))))
    before.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1\.1 503/)
    before.destroy()
    expect((await nginx.control.observe()).generation).toBe('1')
  })

  test('what is no pair is refused, in words without bytes, and nothing changes', async () => {
    await apply(shop('3', second))
    const bad: readonly Certificate[] = [
      { cert: first.cert, key: second.key },
      { cert: 'hello', key: first.key },
      { cert: first.cert, key: first.key.replace(/[A-Za-z0-9+]{20}/, 'A'.repeat(20)) },
    ]
    for (const certificate of bad) {
      const broken = apply(shop('4', certificate))
      await expect(broken).rejects.toMatchObject({ code: 'ENGINE_LIVE_FAILED' })
      await expect(broken).rejects.not.toThrow(/BEGIN|AAAAAAAA/)
    }
    const { controlSocket } = nginxFiles(nginx.paths)
    const put = (path: string, body: string) =>
      askControl(controlSocket, { path: `/certificates/${path}`, method: 'PUT', body })
    expect(await put('shop', first.cert)).toEqual({ status: 400, text: 'no private key\n' })
    expect(await put('shop', first.key)).toEqual({ status: 400, text: 'no certificate\n' })
    expect((await put('nobody', first.cert + first.key)).status).toBe(404)
    expect(await names()).toBe('second')
  })

  test('a reload shows those of its files, and so does an nginx that starts again', async () => {
    await apply(shop('5', second))
    // A SIGHUP that nobody of ours sent: what came live is newer than the files.
    await nginx.control.reload('1')
    expect(await names()).toBe('second')
    const generation = await nginx.serve(view(shop('6', first), tlsSecret('other', '1', other)))
    expect(await names()).toBe('first')
    await apply(shop('7', second))
    expect(await names()).toBe('second')
    const files = engine.render(view(shop('7', second), tlsSecret('other', '1', other)), {
      paths: nginx.paths,
      generation,
    })
    for (const name of ['private/shop.chain.pem', 'private/shop.key.pem']) {
      await writeFile(join(nginx.folderOf(generation), name), files.get(name) ?? '')
    }
    nginx.program.kill('SIGTERM')
    await nginx.program.exited
    await nginx.start()
    await waitFor('it to show them', async () => (await names()) === 'second')
    const log = await readFile(nginxFiles(nginx.paths).errorLog, 'utf8')
    expect(
      log
        .split('\n')
        .filter(
          (line) =>
            /\[(error|crit|alert|emerg)\]/.test(line) && !line.includes('no live upstreams'),
        ),
    ).toEqual([])
  })
})

function tlsSecret(name: string, version: string, { cert, key }: Certificate): Secret {
  return { type: 'TLS', name, version, chainPem: cert, keyPem: key }
}
