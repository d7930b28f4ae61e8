import { expect, expectTypeOf, it } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import {
  CREATOR_ALL_ACL,
  jsonSerializer,
  MultiError,
  type Stat,
  watchChildren,
  watchData,
  ZooKeeper,
} from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

/** A value of the tests' own type. */
interface Limit {
  readonly max: number
}

function parseLimit(value: unknown): Limit {
  if (typeof value !== 'object' || value === null || !('max' in value)) throw new Error('no max')
  if (typeof value.max !== 'number') throw new Error('max is not a number')
  return { max: value.max }
}

onEachServer((stage) => {
  it('commits a transaction with results typed by position', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const results = await zk
      .transaction()
      .create(path, 'x')
      .create(`${path}/n-`, null, { mode: 'ephemeralSequential' })
      .setData(path, 'y', { version: 0 })
      .check(path, 1)
      .create(`${path}/c`, null, { mode: 'container' })
      .delete(`${path}/c`)
      .commit()
    expectTypeOf(results).toEqualTypeOf<[string, string, Stat, undefined, string, undefined]>()
    expect(results).toEqual([
      path,
      `${path}/n-0000000000`,
      expect.objectContaining({ version: 1, ephemeralOwner: 0n }),
      undefined,
      `${path}/c`,
      undefined,
    ])
    const alone = await zk.transaction().check(path, 1).commit()
    expect(alone).toEqual([undefined])
  })

  it('names the operation of a transaction that failed, and applies none', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const failure = await zk
      .transaction()
      .create(path)
      .check('/', -1)
      .delete(`${path}/missing`)
      .create(`${path}/never`)
      .commit()
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MultiError)
    expect(failure).toMatchObject({
      index: 2,
      path: `${path}/missing`,
      message: `delete at place 2 of the multi failed: no such znode: ${path}/missing`,
      error: { code: 'ZK_NO_NODE' },
    })
    expect(await zk.exists(path)).toBeUndefined()
    await expect(zk.transaction().create('no-slash').commit()).rejects.toMatchObject({
      code: 'ZK_INVALID_PATH',
    })
  })

  it('commits a list of operations beside others', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const names = ['a', 'b']
    const list = names.map((name) => ({ type: 'create', path: `${path}/${name}` }) as const)
    const made = await zk.transaction().create(path).add(list).check(path).commit()
    expectTypeOf(made).toEqualTypeOf<[string, ...string[], undefined]>()
    expect(made).toEqual([path, `${path}/a`, `${path}/b`, undefined])
    const pair = [
      { type: 'setData', path, data: 'x' },
      { type: 'delete', path: `${path}/a` },
    ] as const
    const done = await zk.transaction().add(pair).commit()
    expectTypeOf(done).toEqualTypeOf<[Stat, undefined]>()
    expect(done).toEqual([expect.objectContaining({ version: 1 }), undefined])
  })

  it('creates what is missing above a znode', async () => {
    await using plain = await stage.client()
    const path = stage.path()
    const connectString = `${stage.server.connectString}${path}`
    await using zk = await stage.client({ connectString })
    const parents = { parents: true } as const
    await expect(zk.create('/a/b')).rejects.toMatchObject({ code: 'ZK_NO_NODE' })
    expect(await zk.create('/a/b/c', 'x', parents)).toBe('/a/b/c')
    expect(await zk.create('/d/n-', null, { ...parents, mode: 'ephemeralSequential' })).toBe(
      '/d/n-0000000000',
    )
    const { path: made, stat } = await zk.create2('/d/e/f', 'xyz', parents)
    expect([made, stat.dataLength]).toEqual(['/d/e/f', 3])
    expect(String((await plain.getData(`${path}/a/b/c`)).data)).toBe('x')
    await expect(zk.create('/a/b/c', 'y', parents)).rejects.toMatchObject({
      code: 'ZK_NODE_EXISTS',
    })
    await expect(zk.create('/d/n-0000000000/x', null, parents)).rejects.toMatchObject({
      code: 'ZK_NO_CHILDREN_FOR_EPHEMERALS',
    })
    await plain.deleteRecursive(path)
  })

  it('says whether the server has a watch', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    expect(await zk.checkWatches(path)).toBe(false)
    await zk.getChildren(path, { watch: () => {} })
    expect(await zk.checkWatches(path)).toBe(true)
    expect(await zk.checkWatches(path, { type: 'children' })).toBe(true)
    expect(await zk.checkWatches(path, { type: 'data' })).toBe(false)
    await zk.removeWatches(path)
    expect(await zk.checkWatches(path)).toBe(false)
  })

  it('takes one listener off a path, and leaves the others', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    const told: string[] = []
    const first = () => told.push('first')
    const second = () => told.push('second')
    await zk.getData(path, { watch: first })
    await zk.getData(path, { watch: second })
    await zk.getChildren(path, { watch: first })
    await zk.removeWatches(path, { watch: first, type: 'data' })
    await zk.setData(path, 'x')
    expect(told).toEqual(['second'])
    await zk.create(`${path}/child`, null)
    expect(told).toEqual(['second', 'first'])
    await expect(zk.removeWatches(path, { watch: first })).rejects.toMatchObject({
      code: 'ZK_NO_WATCHER',
      path,
    })
  })

  it('follows data and children over lost connections', async () => {
    await using proxy = await startTcpProxy({ port: stage.server.port })
    await using writer = await stage.client()
    await using zk = await stage.client({ connectString: `127.0.0.1:${proxy.port}` })
    const path = stage.path()
    const data = watchData(zk.withSerializer(jsonSerializer(parseLimit)), path)
    const children = watchChildren(zk, path)
    expect((await data.next()).value).toBeNull()
    expect((await children.next()).value).toBeNull()
    await writer.create(path, '{"max":1}')
    expect((await data.next()).value).toMatchObject({ data: { max: 1 }, stat: { version: 0 } })
    expect((await children.next()).value).toMatchObject({ children: [] })
    proxy.cut()
    await writer.setData(path, '{"max":2}')
    await writer.create(`${path}/a`, null)
    expect((await data.next()).value).toMatchObject({ data: { max: 2 } })
    expect((await children.next()).value).toMatchObject({ children: ['a'] })
    await writer.setData(path, 'no JSON')
    await expect(data.next()).rejects.toMatchObject({ code: 'ZK_SERIALIZATION', path })
    const last = children.next()
    await zk.close()
    expect(await last).toEqual({ value: undefined, done: true })
  })

  it('writes and reads values of one type', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const limits = zk.withSerializer(jsonSerializer(parseLimit))
    expect(await limits.getDataOrNull(path)).toBeNull()
    expect(await limits.create(path, { max: 3 }, { mode: 'ephemeral' })).toBe(path)
    const { data, stat } = await limits.getData(path)
    expect(data).toEqual({ max: 3 })
    await limits.setData(path, { max: 4 }, { version: stat.version })
    expect(String((await zk.getData(path)).data)).toBe('{"max":4}')
    expect(await limits.getChildren(path)).toEqual([])
    await limits.delete(path, { version: 1 })
    expect(await limits.getDataOrNull(path)).toBeNull()
  })

  it('creates the path of its connect string', async () => {
    await using plain = await stage.client()
    const path = stage.path()
    const connectString = `${stage.server.connectString}${path}/deep/er`
    await using zk = await stage.client({ connectString })
    expect(zk.chroot).toBe(`${path}/deep/er`)
    await expect(zk.create('/a', null)).rejects.toMatchObject({ code: 'ZK_NO_NODE', path: '/a' })
    await Promise.all([zk.ensurePath('/'), zk.ensurePath('/a/b'), zk.ensureChroot()])
    expect(await plain.exists(`${path}/deep/er/a/b`)).toBeDefined()
    await plain.deleteRecursive(path)
  })

  it('says why a tree cannot be deleted, and deletes none of it', async () => {
    const auth = [{ scheme: 'digest', credential: 'ann:secret' }]
    await using owner = await stage.client({ auth })
    await using stranger = await stage.client()
    const path = stage.path()
    await owner.create(path, null)
    await owner.create(`${path}/guarded`, null, { acl: CREATOR_ALL_ACL })
    await owner.create(`${path}/guarded/child`, null)
    await owner.create(`${path}/free`, null)
    await expect(stranger.deleteRecursive(path)).rejects.toMatchObject({ code: 'ZK_NO_AUTH' })
    expect(await owner.getAllChildrenNumber(path)).toBe(3)
    await owner.deleteRecursive(path)
  })

  it('walks and deletes a wide tree in requests of any size', async () => {
    await using zk = await stage.client({ maxRequestBytes: 2_000 })
    const path = stage.path()
    await zk.create(path, null)
    const names = Array.from({ length: 300 }, (_, i) => `${path}/${i}`)
    await Promise.all(
      names.flatMap((name) => [zk.create(name, null), zk.create(`${name}/x`, null)]),
    )
    const seen: string[] = []
    for await (const one of zk.walk(path)) seen.push(one)
    expect(seen.length).toBe(601)
    expect(seen.indexOf(`${path}/7`)).toBeLessThan(seen.indexOf(`${path}/7/x`))
    expect(zk.stats().requestsByOperation['getChildren']).toMatchObject({ answered: 601 })
    await zk.deleteRecursive(path)
    expect(await zk.exists(path)).toBeUndefined()
  })

  it('deletes a tree while others create in it and delete from it', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const path = stage.path()
    await zk.ensurePath(`${path}/a/b`)
    const meddle = async () => {
      // Fewer than the rounds after which the deletion gives up.
      for (let i = 0; i < 6; i++) {
        await other.create(`${path}/a/${i}`, null).catch(() => undefined)
        await other.delete(`${path}/a/${i - 1}`).catch(() => undefined)
      }
    }
    await Promise.all([meddle(), zk.deleteRecursive(path, { timeoutMs: 20_000 })])
    await waitFor('the tree to be gone', async () => (await zk.exists(path)) === undefined)
  })

  it('ends what takes several calls by one deadline', async () => {
    const zk = new ZooKeeper('127.0.0.1:1')
    const limits = { timeoutMs: 50 }
    for (const ending of [zk.ensurePath('/a/b', limits), zk.deleteRecursive('/a/b', limits)]) {
      await expect(ending).rejects.toMatchObject({ code: 'ZK_TIMEOUT', mayHaveHappened: false })
    }
    await zk.close()
  })
})
