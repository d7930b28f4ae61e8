import { createServer } from 'node:https'
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net'
import { connect, type PeerCertificate } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { type Certificate, createAuthority } from '../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { shownCertificate } from '../../../../../test/support/shown-certificate.ts'
import type { Listener, Secret } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startHaproxy } from './running-haproxy.ts'

const tlsSecret = (name: string, version: string, { cert, key }: Certificate): Secret => ({
  type: 'TLS',
  name,
  version,
  chainPem: cert,
  keyPem: key,
})
const caSecret = (name: string, version: string, certificatesPem: string): Secret => ({
  type: 'CA',
  name,
  version,
  certificatesPem,
})

describe.skipIf(missing('haproxy') !== undefined)('TLS', () => {
  test('certificates and authorities change for the next connection, without a reload', async () => {
    await using folder = await temporaryFolder()
    const [one, other] = [
      await createAuthority(folder.path, 'one'),
      await createAuthority(folder.path, 'other'),
    ]
    const [first, second, ofOne, ofOther] = await Promise.all([
      one.issue({ commonName: 'first' }),
      one.issue({ commonName: 'second' }),
      one.issue({ commonName: 'client of one' }),
      other.issue({ commonName: 'client of other' }),
    ])
    await using backend = await startEchoBackend()
    const [open, closed] = [await freePort(), await freePort()]
    const tls = { certificates: ['shop'], minVersion: '1.2', http2: true } as const
    const https = (name: string, port: number, parts: Partial<Listener> = {}) =>
      listenerOf(port, { name, protocol: 'HTTPS', tls, ...parts })
    const clients = { ca: 'clients', mode: 'Required' } as const
    await using haproxy = await startHaproxy(
      viewOf({
        listeners: [
          https('open', open),
          https('closed', closed, { tls: { ...tls, clientCertificates: clients } }),
        ],
        routes: [routeOf('shop', { listeners: ['open', 'closed'] })],
        services: [serviceOf('shop', [endpointOf('a', backend.port)])],
        secrets: [caSecret('clients', '1', one.cert), tlsSecret('shop', '1', first)],
      }),
    )
    expect((await shownCertificate(open)).subject.CN).toBe('first')
    expect(await isLetIn(closed, ofOne)).toBe(true)
    expect(await isLetIn(closed, ofOther)).toBe(false)

    await haproxy.control.applyCertificates?.([
      caSecret('clients', '2', `\n${other.cert}\n\n`),
      tlsSecret('shop', '2', second),
    ])
    expect((await shownCertificate(open)).subject.CN).toBe('second')
    expect(await isLetIn(closed, ofOne)).toBe(false)
    expect(await isLetIn(closed, ofOther)).toBe(true)
    expect((await haproxy.control.observe()).generation).toBe('1')

    const broken = haproxy.control.applyCertificates?.([
      tlsSecret('shop', '3', { cert: first.cert, key: second.key }),
    ])
    await expect(broken).rejects.toMatchObject({ code: 'ENGINE_LIVE_FAILED' })
    await expect(broken).rejects.not.toThrow(/PRIVATE KEY/)
    expect((await shownCertificate(open)).subject.CN).toBe('second')
    await haproxy.control.applyCertificates?.([tlsSecret('shop', '4', first)])
    expect((await shownCertificate(open)).subject.CN).toBe('first')
  })

  test('an endpoint that comes later is spoken to in the same TLS', async () => {
    await using folder = await temporaryFolder()
    const authority = await createAuthority(folder.path, 'internal')
    const server = await authority.issue({ commonName: 'a', subjectAltName: 'DNS:api.internal' })
    const client = await authority.issue({ commonName: 'gateway' })
    const https = createServer(
      { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
      ({ socket }, response) => {
        const { servername, getPeerCertificate } = socket as typeof socket & {
          servername: string
          getPeerCertificate(): PeerCertificate
        }
        response.end(`${servername} ${getPeerCertificate.call(socket).subject.CN}`)
      },
    )
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve))
    const { port: backendPort } = https.address() as AddressInfo
    const port = await freePort()
    const pool = (serverName: string, ...ids: string[]) =>
      serviceOf(
        'shop',
        ids.map((id) => endpointOf(id, backendPort)),
        { tls: { verify: true, serverName, ca: 'internal', clientCertificate: 'gateway' } },
      )
    const view = (serverName: string) =>
      viewOf({
        listeners: [listenerOf(port)],
        services: [pool(serverName)],
        secrets: [caSecret('internal', '1', authority.cert), tlsSecret('gateway', '1', client)],
      })
    await using haproxy = await startHaproxy(view('api.internal'))
    await haproxy.control.applyEndpoints([pool('api.internal', 'a')])
    expect((await request(port)).body).toBe('api.internal gateway')
    await haproxy.serve(view('other.internal'))
    await haproxy.control.applyEndpoints([pool('other.internal', 'a')])
    expect((await request(port)).status).toBe(503)
    https.close()
    https.closeAllConnections()
  })

  test('connections by weight, in TLS and without, and none where nobody takes them', async () => {
    await using folder = await temporaryFolder()
    const authority = await createAuthority(folder.path, 'authority')
    const secret = tlsSecret('shop', '1', await authority.issue({ commonName: 'tcp' }))
    await using first = await greeter('first')
    await using second = await greeter('second')
    const [plain, tls, nobody] = [await freePort(), await freePort(), await freePort()]
    await using haproxy = await startHaproxy(
      viewOf({
        listeners: [
          listenerOf(plain, { name: 'plain', protocol: 'TCP' }),
          listenerOf(tls, {
            name: 'tls',
            protocol: 'TLS',
            tls: { certificates: ['shop'], minVersion: '1.3', http2: false },
          }),
          listenerOf(nobody, { name: 'nobody', protocol: 'TCP' }),
        ],
        routes: [],
        tcpRoutes: [
          {
            id: 'greeting',
            listeners: ['plain', 'tls'],
            backends: [
              { service: 'first', weight: 3 },
              { service: 'second', weight: 1 },
            ],
          },
        ],
        services: [
          serviceOf('first', [endpointOf('a', first.port)]),
          serviceOf('second', [endpointOf('a', second.port)]),
        ],
        secrets: [secret],
      }),
    )
    const counts = { first: 0, second: 0, '': 0 }
    for (let n = 0; n < 200; n++) counts[(await greeting(plain)) as keyof typeof counts] += 1
    // 150 are expected; the odds of being off by 43, seven standard deviations, are nil.
    expect(Math.abs(counts.first - 150)).toBeLessThan(43)
    expect(counts.first + counts.second).toBe(200)
    expect((await shownCertificate(tls)).subject.CN).toBe('tcp')
    expect(await greeting(nobody)).toBe('')
    await haproxy.control.applyEndpoints([serviceOf('first', [endpointOf('b', second.port)])])
    expect(await greeting(plain)).toBe('second')
  })
})

describe.skipIf(missing('haproxy') !== undefined)('a Service that routes use in two ways', () => {
  test('has its endpoints in both of its backends', async () => {
    await using one = await startEchoBackend((_, response) => response.end('one'))
    await using two = await startEchoBackend((_, response) => response.end('two'))
    const port = await freePort()
    const prefix = { path: { type: 'PathPrefix' as const, value: '/retried' } }
    const retry = { attempts: 1, codes: [503], methods: ['GET'] }
    await using haproxy = await startHaproxy(
      viewOf({
        listeners: [listenerOf(port)],
        routes: [routeOf('shop', { id: 'retried', ...prefix, retry }), routeOf('shop')],
        services: [serviceOf('shop', [endpointOf('a', one.port)])],
      }),
    )
    const endpoints = [endpointOf('b', two.port)]
    await haproxy.control.applyEndpoints([serviceOf('shop', endpoints)])
    expect((await request(port)).body).toBe('two')
    expect((await request(port, { path: '/retried' })).body).toBe('two')
    const { services } = await haproxy.control.observe()
    expect(services.get('shop')).toEqual(endpoints.map((each) => ({ ...each, health: 'unknown' })))
    expect([...(await whoAnswers(port, 10)).keys()]).toEqual(['two'])
  })
})

/** Whether a request gets an answer that is made with this client's certificate. */
function isLetIn(port: number, certificate: Certificate): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...certificate })
    socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
    socket.once('data', (text) => {
      resolve(String(text).startsWith('HTTP/1.1 200'))
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

async function greeter(name: string) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.end(name)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

/** What the other side says before it closes. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connectTcp({ port, host: '127.0.0.1' })
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}
