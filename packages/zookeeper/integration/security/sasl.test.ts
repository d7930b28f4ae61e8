import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeperServer } from '../../../zookeeper-server/src/index.ts'
import {
  AuthFailedError,
  CREATOR_ALL_ACL,
  type DigestMd5Options,
  NoAuthError,
  type SessionState,
  saslAcl,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../../src/index.ts'
import { securedServers } from '../support/secured-servers.ts'

/** What the JDK's own side of DIGEST-MD5 makes of quotes, ISO 8859-1 and all else. */
const users = { shop: 'se"cr\\et', käthe: 'größe', mai: 'カエル', till: '' }

const asUser = (username: keyof typeof users, password = users[username]): DigestMd5Options => ({
  mechanism: 'DIGEST-MD5',
  username,
  password,
})

describe.skipIf(missing('zookeeper') !== undefined)('SASL with Apache ZooKeeper', () => {
  const servers = securedServers()
  /** Serves nobody who has not authenticated by SASL. */
  let strict: ApacheZooKeeper
  /** Serves also who failed to. */
  let lenient: ApacheZooKeeper
  /** Knows nothing of SASL, and serves those who have a digest. */
  let plain: ApacheZooKeeper

  beforeAll(async () => {
    ;[strict, lenient, plain] = await Promise.all([
      servers.start({
        saslUsers: users,
        jvm: ['-Dzookeeper.sessionRequireClientSASLAuth=true'],
      }),
      servers.start({
        saslUsers: users,
        jvm: ['-Dzookeeper.allowSaslFailedClients=true'],
      }),
      servers.start({ config: ['enforce.auth.enabled=true', 'enforce.auth.schemes=digest'] }),
    ])
  })
  afterAll(() => servers[Symbol.asyncDispose]())

  const client = (connectString: string, options: ZooKeeperOptions) =>
    new ZooKeeper(connectString, { sessionTimeoutMs: 6_000, ...options })

  it.each(['shop', 'käthe', 'mai', 'till'] as const)('authenticates as %s', async (username) => {
    await using zk = client(strict.connectString, { sasl: asUser(username) })
    await zk.connect({ timeoutMs: 20_000 })
    expect(await zk.whoAmI()).toContainEqual({ authScheme: 'sasl', user: username })
  })

  it('is who it was on every later connection, before its watches and requests', async () => {
    await using proxy = await startTcpProxy({ port: strict.port })
    await using zk = client(proxy.connectString, { sasl: asUser('shop') })
    await zk.connect({ timeoutMs: 20_000 })
    const { sessionId } = zk
    await zk.create('/mine', 'x', { acl: CREATOR_ALL_ACL })
    expect((await zk.getACL('/mine')).acl).toEqual([saslAcl('shop')])
    const told = new Promise((resolve) => zk.getData('/mine', { watch: resolve }))
    await zk.sync('/')
    const suspended = new Promise<void>((resolve) => {
      zk.onStateChange((state) => {
        if (state === 'suspended') resolve()
      })
    })
    proxy.cut()
    await suspended
    await zk.setData('/mine', 'y')
    expect(await told).toMatchObject({ type: 'dataChanged', path: '/mine' })
    expect(zk.sessionId).toBe(sessionId)
    expect(proxy.accepted).toBe(2)

    await using other = client(strict.connectString, { sasl: asUser('mai') })
    await other.connect({ timeoutMs: 20_000 })
    await expect(other.getData('/mine')).rejects.toThrow(NoAuthError)
  })

  /** The end of a client that no server wants, and what its `connect` and its calls reject with. */
  async function end(connectString: string, options: ZooKeeperOptions): Promise<AuthFailedError> {
    await using zk = client(connectString, options)
    const states: SessionState[] = []
    zk.onStateChange((state) => states.push(state))
    const waiting = zk.getData('/waits').catch((reason) => reason)
    const error: unknown = await zk.connect({ timeoutMs: 20_000 }).catch((reason) => reason)
    expect(states).toEqual(['authFailed'])
    for (const one of [error, await waiting, await zk.getData('/').catch((reason) => reason)]) {
      expect(one).toMatchObject({ code: 'ZK_AUTH_FAILED', retryable: false })
    }
    if (!(error instanceof AuthFailedError)) throw error
    return error
  }

  it('ends when the password is wrong, or the user unknown', async () => {
    for (const sasl of [
      asUser('shop', 'wrong'),
      { ...asUser('shop', 'wrong'), username: 'nobody' },
    ]) {
      const { message } = await end(strict.connectString, { sasl })
      expect(message).toContain('refused our DIGEST-MD5 authentication')
    }
  })

  it('ends when the server would go on without believing us', async () => {
    const { message } = await end(lenient.connectString, { sasl: asUser('shop', 'wrong') })
    expect(message).toContain('does not accept the username and password')
    await using zk = client(lenient.connectString, { sasl: asUser('shop') })
    await zk.connect({ timeoutMs: 20_000 })
  })

  it('ends when the server knows no SASL', async () => {
    const { message } = await end(plain.connectString, { sasl: asUser('shop') })
    expect(message).toContain('offers no SASL')
  })

  it('ends when the embedded server, whose SASL is not there, has answered', async () => {
    await using folder = await temporaryFolder()
    await using server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
    await server.listen()
    const { message } = await end(server.connectString, { sasl: asUser('shop') })
    expect(message).toContain('does not know SASL')
  })

  it('ends when the server wants a digest, unless there is one', async () => {
    const digest = { auth: [{ scheme: 'digest', credential: 'a:b' }] }
    await using zk = client(plain.connectString, digest)
    await zk.connect({ timeoutMs: 20_000 })
    await zk.sync('/')
    await using nobody = client(plain.connectString, {})
    await nobody.connect({ timeoutMs: 20_000 })
    await expect(nobody.sync('/')).rejects.toThrow(AuthFailedError)
    await waitFor('the end', () => nobody.state === 'authFailed')
  })

  it('ends without SASL too when the server wants it, at the first thing that it says', async () => {
    await using zk = client(strict.connectString, {
      auth: [{ scheme: 'digest', credential: 'a:b' }],
    })
    await zk.connect({ timeoutMs: 20_000 })
    await expect(zk.getData('/')).rejects.toMatchObject({
      code: 'ZK_AUTH_FAILED',
      serverCode: -124,
    })
    await waitFor('the end', () => zk.state === 'authFailed')
  })
})
