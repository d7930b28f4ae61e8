import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import type { Authority, Certificate } from '../../../../test/support/certificates.ts'
import { missing } from '../../../../test/support/requirements.ts'
import {
  CREATOR_ALL_ACL,
  digestAcl,
  NoAuthError,
  Perms,
  saslAcl,
  x509Acl,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../../src/index.ts'
import { securedServers } from '../support/secured-servers.ts'

const unable = missing('zookeeper') ?? missing('openssl')

describe.skipIf(unable !== undefined)('identities at Apache ZooKeeper', () => {
  const servers = securedServers()
  let authority: Authority
  let certificate: Certificate
  let server: ApacheZooKeeper

  beforeAll(async () => {
    authority = await servers.authority('zoogate test authority')
    certificate = await authority.issue({ commonName: 'shop/OU=web/O=Example' })
    server = await servers.start({
      tls: { certificate: await authority.issue({ commonName: 'server' }), ca: authority.cert },
      saslUsers: { shop: 'secret' },
    })
  })
  afterAll(() => servers[Symbol.asyncDispose]())

  async function client(options: ZooKeeperOptions): Promise<ZooKeeper> {
    const target = `127.0.0.1:${server.securePort}`
    const zk = new ZooKeeper(target, { sessionTimeoutMs: 6_000, ...options })
    await zk.connect({ timeoutMs: 20_000 })
    return zk
  }

  const certified = (): ZooKeeperOptions => ({ tls: { ca: authority.cert, ...certificate } })
  const subject = 'O=Example,OU=web,CN=shop'

  it('is the subject of its certificate', async () => {
    await using zk = await client(certified())
    expect(await zk.whoAmI()).toContainEqual({ authScheme: 'x509', user: subject })
    await using other = await client({ tls: { ca: authority.cert } })
    const path = await other.create('/for-the-certified', 'x', {
      acl: [x509Acl(subject, Perms.read | Perms.write)],
    })
    await zk.setData(path, 'y')
    await expect(other.getData(path)).rejects.toThrow(NoAuthError)
  })

  it('is all that it has proved: a certificate, SASL and two digests', async () => {
    await using zk = await client({
      ...certified(),
      sasl: { mechanism: 'DIGEST-MD5', username: 'shop', password: 'secret' },
      auth: [{ scheme: 'digest', credential: 'ann:1' }],
    })
    await zk.addAuth('digest', 'bob:2')
    const schemes = (await zk.whoAmI()).map(({ authScheme, user }) => `${authScheme}:${user}`)
    expect(schemes.sort()).toEqual([
      'digest:ann',
      'digest:bob',
      'ip:127.0.0.1',
      'sasl:shop',
      `x509:${subject}`,
    ])
    await zk.create('/creators', null, { acl: CREATOR_ALL_ACL })
    const { acl } = await zk.getACL('/creators')
    expect(acl).toHaveLength(4)
    expect(acl).toEqual(
      expect.arrayContaining([
        saslAcl('shop'),
        x509Acl(subject),
        digestAcl('ann', '1'),
        digestAcl('bob', '2'),
      ]),
    )
  })
})
