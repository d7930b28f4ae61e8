import { beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { nginx } from '../../../../src/engines/nginx/index.ts'
import type { Secret, View } from '../../../../src/model/view/view.ts'
import { listenerOf, routeOf, viewOf } from '../../support/views.ts'
import { parseNginx } from '../nginx-grammar.ts'

const paths = { folder: '/f', current: '/f/current', logs: '/l', run: '/r' }
let secrets: readonly Secret[]

beforeAll(async () => {
  await using folder = await temporaryFolder()
  const authority = await createAuthority(folder.path, 'authority')
  const secret = async (name: string, subjectAltName: string): Promise<Secret> => {
    const { cert, key } = await authority.issue({ commonName: 'unused.test', subjectAltName })
    return { type: 'TLS', name, version: '1', chainPem: cert, keyPem: key }
  }
  secrets = [
    await secret('one', 'DNS:One.test,DNS:*.one.test,IP:127.0.0.1'),
    await secret('two', 'DNS:two.test,DNS:deep.one.test'),
  ]
})

/** Of each server of the listener: its name, and the certificate that it shows. */
function shown(certificates: readonly string[], routes: View['routes'] = []) {
  const view = viewOf({
    listeners: [
      listenerOf(443, {
        protocol: 'HTTPS',
        tls: { certificates, minVersion: '1.2', http2: true },
      }),
    ],
    routes,
    services: [],
    secrets,
  })
  const text = nginx.render(view, { paths, generation: '1' }).get('nginx.conf') ?? ''
  const http = parseNginx(text).find(({ words }) => words[0] === 'http')
  const servers = http?.block?.filter(({ words }) => words[0] === 'server') ?? []
  const value = (server: (typeof servers)[number], name: string) =>
    server.block?.find(({ words }) => words[0] === name)?.words[1]
  return Object.fromEntries(
    servers
      .filter((server) => value(server, 'ssl_certificate') !== undefined)
      .map((server) => [value(server, 'server_name'), value(server, 'ssl_certificate')]),
  )
}

test('each name of several certificates has a server that shows the one that fits it best', () => {
  expect(shown(['one', 'two'])).toEqual({
    'one.test': 'private/one.chain.pem',
    '*.one.test': 'private/one.chain.pem',
    'two.test': 'private/two.chain.pem',
    'deep.one.test': 'private/two.chain.pem',
    // Who asks for another name, or for none, is shown the first.
    '': 'private/one.chain.pem',
  })
})

test('names of routes are shown what fits them too, by wildcard where nothing else does', () => {
  const routes = ['shop.one.test', 'elsewhere.test'].map((hostname) =>
    routeOf('shop', { id: `${hostname}.0`, hostname, backends: [] }),
  )
  expect(shown(['two', 'one'], routes)).toMatchObject({
    'shop.one.test': 'private/one.chain.pem',
    'elsewhere.test': 'private/two.chain.pem',
    '': 'private/two.chain.pem',
  })
})

test('one certificate alone is shown to everybody, by one server', () => {
  expect(shown(['two'])).toEqual({ '': 'private/two.chain.pem' })
})
