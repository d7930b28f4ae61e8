import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import type { Authority, Certificate } from '../../../../test/support/certificates.ts'
import { missing } from '../../../../test/support/requirements.ts'
import {
  type Acl,
  AUTH_IDS,
  CREATOR_ALL_ACL,
  digestAcl,
  generateDigest,
  InvalidACLError,
  ipAcl,
  NoAuthError,
  Perms,
  READ_ACL_UNSAFE,
  saslAcl,
  worldAcl,
  x509Acl,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../../src/index.ts'
import { securedServers } from '../support/secured-servers.ts'

const unable = missing('zookeeper') ?? missing('openssl')
const digest = (credential: string) => ({ auth: [{ scheme: 'digest', credential }] })
/** The superuser of startApacheZooKeeper. */
const superuser = digest('super:test')

describe.skipIf(unable !== undefined)('identities at Apache ZooKeeper', () => {
  const servers = securedServers()
  let authority: Authority
  let certificate: Certificate
  let server: ApacheZooKeeper
  let pathNumber = 0

  beforeAll(async () => {
    authority = await servers.authority('zoogate test authority')
    certificate = await authority.issue({ commonName: 'shop/OU=web/O=Example' })
    server = await servers.start({
      tls: { certificate: await authority.issue({ commonName: 'server' }), ca: authority.cert },
      saslUsers: { shop: 'secret' },
    })
  })
  afterAll(() => servers[Symbol.asyncDispose]())

  async function client(options: ZooKeeperOptions = {}): Promise<ZooKeeper> {
    const port = options.tls === undefined ? server.port : server.securePort
    const zk = new ZooKeeper(`127.0.0.1:${port}`, { sessionTimeoutMs: 6_000, ...options })
    await zk.connect({ timeoutMs: 20_000 })
    return zk
  }

  /** A znode that only the superuser may change but for what the ACL says. */
  async function create(acl: readonly Acl[]): Promise<string> {
    await using zk = await client(superuser)
    return zk.create(`/acl-${pathNumber++}`, 'x', { acl })
  }

  const certified = (): ZooKeeperOptions => ({ tls: { ca: authority.cert, ...certificate } })
  const subject = 'O=Example,OU=web,CN=shop'

  it('is the subject of its certificate', async () => {
    await using zk = await client(certified())
    expect(await zk.whoAmI()).toContainEqual({ authScheme: 'x509', user: subject })
    const path = await create([x509Acl(subject, Perms.read | Perms.write)])
    await zk.setData(path, 'y')
    await using other = await client({ tls: { ca: authority.cert } })
    await expect(other.getData(path)).rejects.toThrow(NoAuthError)
  })

  it('is all that it has proved: a certificate, SASL and two digests', async () => {
    await using zk = await client({
      ...certified(),
      sasl: { mechanism: 'DIGEST-MD5', username: 'shop', password: 'secret' },
      ...digest('ann:1'),
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

  it('may do with a znode what its digest may, bit by bit', async () => {
    const path = await create([
      digestAcl('reader', 'r', Perms.read),
      digestAcl('writer', 'w', Perms.write | Perms.create | Perms.delete),
      digestAcl('owner', 'o'),
    ])
    await using reader = await client(digest('reader:r'))
    await using writer = await client(digest('writer:w'))
    await using stranger = await client(digest('reader:wrong'))
    expect(String((await reader.getData(path)).data)).toBe('x')
    await writer.setData(path, 'y')
    await writer.create(`${path}/child`, null)
    await writer.delete(`${path}/child`)
    const refused = [
      reader.setData(path, 'z'),
      reader.create(`${path}/child`, null),
      writer.getData(path),
      writer.setACL(path, CREATOR_ALL_ACL),
      stranger.getData(path),
      stranger.getACL(path),
    ]
    await Promise.all(refused.map((call) => expect(call).rejects.toThrow(NoAuthError)))
  })

  it('sees the hashes of digests only as an admin', async () => {
    const path = await create([
      digestAcl('reader', 'r', Perms.read),
      digestAcl('owner', 'o', Perms.admin),
      worldAcl(Perms.create),
    ])
    await using reader = await client(digest('reader:r'))
    await using owner = await client(digest('owner:o'))
    const hidden = (await reader.getACL(path)).acl.map(({ id }) => id.id)
    expect(hidden.sort()).toEqual(['anyone', 'owner:x', 'reader:x'])
    const shown = (await owner.getACL(path)).acl.map(({ id }) => id.id)
    expect(shown.sort()).toEqual(
      ['anyone', generateDigest('owner', 'o'), generateDigest('reader', 'r')].sort(),
    )
  })

  it('comes from an address, or from a block of them', async () => {
    await using zk = await client()
    for (const address of ['127.0.0.1', '127.0.0.0/8', '127.0.0.1/32', '0.0.0.0/0']) {
      await zk.getData(await create([ipAcl(address, Perms.read)]))
    }
    for (const address of ['127.0.0.2', '128.0.0.0/8', '127.0.0.2/32']) {
      await expect(zk.getData(await create([ipAcl(address, Perms.read)]))).rejects.toThrow(
        NoAuthError,
      )
    }
  })

  it('may do everything as the superuser, to mend an ACL that lets nobody in', async () => {
    const path = await create([digestAcl('nobody', Math.random().toString())])
    await using zk = await client()
    await expect(zk.setACL(path, READ_ACL_UNSAFE)).rejects.toThrow(NoAuthError)
    await zk.addAuth('digest', 'super:test')
    await zk.setACL(path, READ_ACL_UNSAFE)
    await using anybody = await client()
    expect(String((await anybody.getData(path)).data)).toBe('x')
    await expect(anybody.setData(path, 'y')).rejects.toThrow(NoAuthError)
  })

  it('cannot give an ACL that names nobody', async () => {
    await using zk = await client()
    for (const acl of [
      [],
      CREATOR_ALL_ACL,
      [{ perms: Perms.all, id: AUTH_IDS }],
      [{ perms: Perms.all, id: { scheme: 'unheard-of', id: 'x' } }],
      [{ perms: Perms.all, id: { scheme: 'digest', id: 'no hash' } }],
    ]) {
      await expect(zk.create('/refused', null, { acl })).rejects.toThrow(InvalidACLError)
    }
  })
})
