import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Authority, createAuthority } from '../../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { listenerHosts } from '../../../../src/engines/httpd/render/listener-hosts.ts'
import type { Secret } from '../../../../src/model/view/view.ts'
import { listenerOf, viewOf } from '../../support/views.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let authority: Authority

beforeAll(async () => {
  folder = await temporaryFolder()
  authority = await createAuthority(folder.path, 'test')
})
afterAll(() => folder[Symbol.asyncDispose]())

async function secret(name: string, names: readonly string[]): Promise<Secret> {
  const subjectAltName = names.map((each) => `DNS:${each}`).join(',')
  const { cert, key } = await authority.issue({ commonName: name, subjectAltName })
  return { type: 'TLS', name, version: '1', chainPem: cert, keyPem: key }
}

function hosts(secrets: readonly Secret[]) {
  const certificates = secrets.map(({ name }) => name)
  const tls = { certificates, minVersion: '1.2', http2: false } as const
  const listener = listenerOf(443, { name: 'web', protocol: 'HTTPS', tls })
  return listenerHosts(listener, viewOf({ listeners: [listener], secrets }))
}

test('a listener of one certificate, or of none, has one virtual host for all names', async () => {
  expect(listenerHosts(listenerOf(80), viewOf())).toEqual([
    { name: 'http.zoogate.invalid', aliases: [] },
  ])
  expect(hosts([await secret('one', ['one.test'])])).toEqual([
    { name: 'web.zoogate.invalid', aliases: [], certificate: 'one' },
  ])
})

test('each further certificate has one of its own, and names come before wildcards that cover them', async () => {
  const all = await Promise.all([
    secret('wide', ['*.shop.test', 'other.test']),
    secret('wild', ['*.test']),
    secret('deep', ['*.eu.test']),
    secret('one', ['a.shop.test']),
  ])
  expect(hosts(all)).toEqual([
    { name: 'web.zoogate.invalid', aliases: ['other.test'], certificate: 'wide' },
    { name: '3.web.zoogate.invalid', aliases: ['a.shop.test'], certificate: 'one' },
    { name: '2.web.zoogate.invalid', aliases: ['*.eu.test'], certificate: 'deep' },
    { name: '1.web.zoogate.invalid', aliases: ['*.test'], certificate: 'wild' },
  ])
})

test('of secrets without bytes, as a dry run has them, nothing is known', () => {
  const empty = (name: string): Secret => ({
    ...{ type: 'TLS', name, version: '1' },
    ...{ chainPem: '', keyPem: '' },
  })
  expect(hosts([empty('a'), empty('b')]).map(({ aliases }) => aliases)).toEqual([[], []])
})
