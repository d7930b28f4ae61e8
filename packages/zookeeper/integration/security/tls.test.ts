import { createPrivateKey, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import type { Authority } from '../../../../test/support/certificates.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { serverMode } from '../../src/connection/server-mode.ts'
import {
  InvalidOptionError,
  systemClock,
  TlsError,
  type TlsOptions,
  type TlsSource,
  type WatchEvent,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../../src/index.ts'
import { securedServers } from '../support/secured-servers.ts'

const unable = missing('zookeeper') ?? missing('openssl')

describe.skipIf(unable !== undefined)('TLS with Apache ZooKeeper', () => {
  const servers = securedServers()
  let authority: Authority
  let others: Authority
  /** Takes a client's certificate where there is one. */
  let server: ApacheZooKeeper
  /** Wants one, speaks TLS 1.3, and its own certificate has expired. */
  let strict: ApacheZooKeeper

  beforeAll(async () => {
    authority = await servers.authority('zoogate test authority')
    others = await servers.authority('another authority')
    const [certificate, expired] = await Promise.all([
      authority.issue({ commonName: 'server' }),
      authority.issue({ commonName: 'old server', days: -1 }),
    ])
    const ca = authority.cert
    ;[server, strict] = await Promise.all([
      servers.start({ tls: { certificate, ca } }),
      servers.start({
        tls: { certificate: expired, ca, clientAuth: 'need' },
        config: ['ssl.enabledProtocols=TLSv1.3', 'ssl.ciphersuites=TLS_AES_128_GCM_SHA256'],
      }),
    ])
  })
  afterAll(() => servers[Symbol.asyncDispose]())

  const client = (tls: ZooKeeperOptions['tls'], port = server.securePort, host = '127.0.0.1') =>
    new ZooKeeper(`${host}:${port}`, {
      sessionTimeoutMs: 6_000,
      ...(tls === undefined ? {} : { tls }),
    })

  it('says over TLS whether it has a quorum, to who trusts it', async () => {
    const { signal } = new AbortController()
    const ask = (tls: TlsSource) => {
      const endpoint = { host: '127.0.0.1', port: server.securePort ?? 0 }
      return serverMode(endpoint, { tls, timeoutMs: 5_000, clock: systemClock, signal })
    }
    expect(await ask(() => ({ ca: authority.cert }))).toBe('rw')
    expect(await ask(() => ({ ca: others.cert }))).toBeUndefined()
  })

  it.each(['127.0.0.1', 'localhost'])('speaks to %s, whose certificate names it', async (host) => {
    await using zk = client({ ca: authority.cert }, server.securePort, host)
    await zk.connect({ timeoutMs: 20_000 })
    const data = randomBytes(200_000)
    const path = `/large-${host}`
    await zk.create(path, data)
    const answers = await Promise.all(Array.from({ length: 10 }, () => zk.getData(path)))
    for (const answer of answers) expect(answer.data?.equals(data)).toBe(true)
  })

  it('attaches to its session again over TLS, and its watches catch up', async () => {
    await using proxy = await startTcpProxy({ port: server.securePort ?? 0 })
    await using zk = client({ ca: authority.cert }, proxy.port)
    await using other = client({ ca: authority.cert })
    await Promise.all([zk, other].map((one) => one.connect({ timeoutMs: 20_000 })))
    const { sessionId } = zk
    await zk.create('/mine', 'before', { mode: 'ephemeral' })
    const events: WatchEvent[] = []
    await zk.getData('/mine', { watch: (event) => events.push(event) })
    proxy.setMode('refuse')
    await waitFor('the client to notice', () => zk.state === 'suspended')
    await other.setData('/mine', 'after')
    proxy.setMode('forward')
    await waitFor('the event', () => events.length === 1)
    expect(zk.sessionId).toBe(sessionId)
    expect(String((await zk.getData('/mine')).data)).toBe('after')
    expect(events).toMatchObject([{ type: 'dataChanged', path: '/mine' }])
  })

  /** What `connect` rejects with, and then stands as `lastConnectionError`. */
  async function refusal(
    tls: TlsOptions,
    target: ApacheZooKeeper = server,
  ): Promise<Pick<TlsError, 'reason' | 'message'> | undefined> {
    await using zk = client(tls, target.securePort)
    const error: unknown = await zk.connect({ timeoutMs: 20_000 }).catch((reason) => reason)
    expect(error).toBeInstanceOf(TlsError)
    expect(zk.lastConnectionError).toBe(error)
    expect(zk.state).toBe('connecting')
    return error instanceof TlsError ? error : undefined
  }

  it('says that it does not trust the authority of a server', async () => {
    expect(await refusal({})).toMatchObject({ reason: 'untrusted' })
    expect(await refusal({ ca: others.cert })).toMatchObject({ reason: 'untrusted' })
  })

  it('says that a certificate is for another name, and which', async () => {
    const error = await refusal({ ca: authority.cert, servername: 'zk.example' })
    expect(error?.reason).toBe('nameMismatch')
    expect(error?.message).toContain('zk.example')
  })

  it("says that a server's certificate has expired", async () => {
    expect(await refusal({ ca: authority.cert }, strict)).toMatchObject({ reason: 'expired' })
  })

  it('says that a server wants a certificate, also when TLS 1.3 told us that all is well', async () => {
    const tls = { ca: authority.cert, rejectUnauthorized: false }
    expect(await refusal(tls, strict)).toMatchObject({ reason: 'clientCertificateMissing' })
    const certificate = await authority.issue({ commonName: 'client' })
    await using zk = client({ ...tls, ...certificate }, strict.securePort)
    await zk.connect({ timeoutMs: 20_000 })
  })

  it('says that a server refuses our certificate', async () => {
    const foreign = await others.issue({ commonName: 'mallory' })
    const expired = await authority.issue({ commonName: 'client', days: -1 })
    for (const certificate of [foreign, expired]) {
      const error = await refusal({ ca: authority.cert, ...certificate })
      expect(error?.reason).toBe('clientCertificateRefused')
    }
  })

  it('says that there is no version in common', async () => {
    const error = await refusal({ ca: authority.cert, minVersion: 'TLSv1.3' })
    expect(error?.reason).toBe('noAgreement')
  })

  it('says that a port may not speak TLS, and goes on, since a server that ends looks the same', async () => {
    await using zk = client({ ca: authority.cert }, server.port)
    const connecting = zk.connect().catch((reason) => reason)
    const error = await waitFor('a failed attempt', () => zk.lastConnectionError)
    expect(error).toMatchObject({ code: 'ZK_TLS', reason: 'disconnected', retryable: true })
    await waitFor('another one', () => zk.lastConnectionError !== error)
    expect(zk.state).toBe('connecting')
    await zk.close()
    expect(await connecting).toMatchObject({ code: 'ZK_CLOSED' })
  })

  it('says that a port may want TLS when it speaks none', async () => {
    await using zk = client(undefined)
    void zk.connect().catch(() => undefined)
    const error = await waitFor('a failed attempt', () => zk.lastConnectionError)
    expect(error.message).toContain('wants TLS')
  })

  it('asks for its options anew, and connects by itself once they are good', async () => {
    let asked = 0
    let ca = others.cert
    await using zk = client(async () => {
      asked++
      return { ca }
    })
    await expect(zk.connect({ timeoutMs: 20_000 })).rejects.toMatchObject({ reason: 'untrusted' })
    const before = asked
    ca = authority.cert
    await waitFor('a connection', () => zk.state === 'connected')
    expect(asked).toBeGreaterThan(before)
  })

  it('shows a renewed certificate on its next connection', async () => {
    let certificate = await authority.issue({ commonName: 'before' })
    await using proxy = await startTcpProxy({ port: server.securePort ?? 0 })
    await using zk = client(() => ({ ca: authority.cert, ...certificate }), proxy.port)
    await zk.connect({ timeoutMs: 20_000 })
    const { sessionId } = zk
    expect(await zk.whoAmI()).toContainEqual({ authScheme: 'x509', user: 'CN=before' })
    certificate = await authority.issue({ commonName: 'after' })
    const isNoticed = new Promise((resolve) => zk.onStateChange(resolve))
    proxy.cut()
    await isNoticed
    expect(await zk.whoAmI()).toContainEqual({ authScheme: 'x509', user: 'CN=after' })
    expect(zk.sessionId).toBe(sessionId)
  })

  it('opens a key with its passphrase, and says at once when it is wrong', async () => {
    const { cert, key } = await authority.issue({ commonName: 'client' })
    const locked = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'open',
    })
    const tls = { ca: authority.cert, cert, key: locked }
    await using zk = client({ ...tls, passphrase: 'open' })
    await zk.connect({ timeoutMs: 20_000 })
    expect(await zk.whoAmI()).toContainEqual({ authScheme: 'x509', user: 'CN=client' })
    expect(() => client({ ...tls, passphrase: 'shut' })).toThrow(InvalidOptionError)
  })

  it('finds a key of another certificate before it connects', async () => {
    const [{ cert }, { key }] = await Promise.all([
      authority.issue({ commonName: 'a' }),
      authority.issue({ commonName: 'b' }),
    ])
    expect(() => client({ ca: authority.cert, cert, key })).toThrow(InvalidOptionError)
  })
})
