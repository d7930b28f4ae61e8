import { expect, it } from 'vitest'
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
  worldAcl,
} from '../../src/index.ts'
import { onEachServer, type Stage } from '../support/on-each-server.ts'

const digest = (credential: string) => ({ auth: [{ scheme: 'digest', credential }] })

/** A znode of nobody, that its ACL alone says who may use. */
async function create(stage: Stage, acl: readonly Acl[]): Promise<string> {
  await using zk = await stage.client()
  return await zk.create(stage.path(), 'x', { acl })
}

onEachServer((stage) => {
  it('may do with a znode what its digest may, bit by bit', async () => {
    const path = await create(stage, [
      digestAcl('reader', 'r', Perms.read),
      digestAcl('writer', 'w', Perms.write | Perms.create | Perms.delete),
      digestAcl('owner', 'o'),
    ])
    await using reader = await stage.client(digest('reader:r'))
    await using writer = await stage.client(digest('writer:w'))
    await using stranger = await stage.client(digest('reader:wrong'))
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
    const path = await create(stage, [
      digestAcl('reader', 'r', Perms.read),
      digestAcl('owner', 'o', Perms.admin),
      worldAcl(Perms.create),
    ])
    await using reader = await stage.client(digest('reader:r'))
    await using owner = await stage.client(digest('owner:o'))
    const hidden = (await reader.getACL(path)).acl.map(({ id }) => id.id)
    expect(hidden.sort()).toEqual(['anyone', 'owner:x', 'reader:x'])
    const shown = (await owner.getACL(path)).acl.map(({ id }) => id.id)
    expect(shown.sort()).toEqual(
      ['anyone', generateDigest('owner', 'o'), generateDigest('reader', 'r')].sort(),
    )
  })

  it('comes from an address, or from a block of them', async () => {
    await using zk = await stage.client()
    for (const address of ['127.0.0.1', '127.0.0.0/8', '127.0.0.1/32', '0.0.0.0/0']) {
      await zk.getData(await create(stage, [ipAcl(address, Perms.read)]))
    }
    for (const address of ['127.0.0.2', '128.0.0.0/8', '127.0.0.2/32']) {
      await expect(zk.getData(await create(stage, [ipAcl(address, Perms.read)]))).rejects.toThrow(
        NoAuthError,
      )
    }
  })

  it('may do everything as the superuser, to mend an ACL that lets nobody in', async () => {
    const path = await create(stage, [digestAcl('nobody', 'forgotten')])
    await using zk = await stage.client()
    await expect(zk.setACL(path, READ_ACL_UNSAFE)).rejects.toThrow(NoAuthError)
    await zk.addAuth('digest', 'super:test')
    await zk.setACL(path, READ_ACL_UNSAFE)
    await using anybody = await stage.client()
    expect(String((await anybody.getData(path)).data)).toBe('x')
    await expect(anybody.setData(path, 'y')).rejects.toThrow(NoAuthError)
  })

  it('cannot give an ACL that names nobody', async () => {
    await using zk = await stage.client()
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
