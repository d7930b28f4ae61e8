import { beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, createAuthority } from '../../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { nginx, nginxWithLua } from '../../../../src/engines/nginx/index.ts'
import type { Listener, Secret, View } from '../../../../src/model/view/view.ts'
import { listenerOf, serviceOf, viewOf } from '../../support/views.ts'

const engine = nginxWithLua()
const tls = { certificates: ['shop'], minVersion: '1.2', http2: true } as const
const https = listenerOf(443, { protocol: 'HTTPS', tls })

describe('a renewed certificate', () => {
  let before: Certificate
  let renewed: Certificate
  let renamed: Certificate

  beforeAll(async () => {
    await using folder = await temporaryFolder()
    const authority = await createAuthority(folder.path, 'authority')
    const issue = (name: string) =>
      authority.issue({ commonName: name, subjectAltName: `DNS:${name}` })
    before = await issue('shop.test')
    renewed = await issue('shop.test')
    renamed = await issue('other.test')
  })

  const planned = (to: Certificate, parts: Partial<View> = {}, listeners = [https]) => {
    const secret = ({ cert, key }: Certificate, version: string): Secret => ({
      type: 'TLS',
      name: 'shop',
      version,
      chainPem: cert,
      keyPem: key,
    })
    const view = (certificate: Certificate, version: string) => ({
      ...viewOf({ listeners, services: [] }),
      ...parts,
      secrets: [secret(certificate, version)],
    })
    return [view(before, '1'), view(to, '2')] as const
  }

  test('is live with Lua, and a reload without', () => {
    const views = planned(renewed)
    expect(engine.plan(...views)).toEqual({
      live: ['certificate shop'],
      reload: [],
      services: [],
      secrets: ['shop'],
    })
    expect(nginx.plan(...views)).toEqual({ live: [], reload: ['certificate shop'], services: [] })
  })

  test('is a reload where it is for other names: each has a server', () => {
    expect(engine.plan(...planned(renamed)).reload).toEqual(['certificate shop'])
  })

  test('is a reload where nginx’s own directives read it', () => {
    const tcp: Listener = listenerOf(444, { name: 'tcp', protocol: 'TLS', tls })
    expect(engine.plan(...planned(renewed, {}, [https, tcp])).reload).toEqual(['certificate shop'])
    const client = serviceOf('api', [], { tls: { verify: true, clientCertificate: 'shop' } })
    const services = new Map([['api', client]])
    expect(engine.plan(...planned(renewed, { services })).reload).toEqual(['certificate shop'])
  })
})
