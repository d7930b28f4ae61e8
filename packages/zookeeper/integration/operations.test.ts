import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { waitFor } from '../../../test/support/wait-for.ts'
import { CREATOR_ALL_ACL, MultiError, Perms, ZooKeeper } from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

onEachServer((stage) => {
  it('creates, reads, changes and deletes', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    expect(await zk.create(path, 'one')).toBe(path)
    const first = await zk.getData(path)
    expect(first.data).toEqual(Buffer.from('one'))
    expect(first.stat).toMatchObject({ version: 0, dataLength: 3, ephemeralOwner: 0n })
    expect(first.stat.czxid).toBe(first.stat.mzxid)
    const changed = await zk.setData(path, 'two', { version: 0 })
    expect(changed.version).toBe(1)
    expect(changed.mzxid).toBeGreaterThan(first.stat.mzxid)
    expect(await zk.exists(path)).toEqual(changed)
    await zk.delete(path, { version: 1 })
    expect(await zk.exists(path)).toBeUndefined()
  })

  it('keeps null apart from no bytes, and carries a megabyte', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    expect((await zk.getData(path)).data).toBeNull()
    await zk.setData(path, '')
    expect((await zk.getData(path)).data).toEqual(Buffer.alloc(0))
    const large = Buffer.alloc(1_000_000, 'z')
    await zk.setData(path, large)
    expect((await zk.getData(path)).data?.equals(large)).toBe(true)
  })

  it('refuses with typed errors that name the path', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await expect(zk.getData(path)).rejects.toMatchObject({ code: 'ZK_NO_NODE', path })
    await zk.create(path, null)
    await expect(zk.create(path, null)).rejects.toMatchObject({ code: 'ZK_NODE_EXISTS', path })
    await expect(zk.setData(path, null, { version: 7 })).rejects.toMatchObject({
      code: 'ZK_BAD_VERSION',
      retryable: false,
      mayHaveHappened: false,
    })
    await zk.create(`${path}/child`, null)
    await expect(zk.delete(path)).rejects.toMatchObject({ code: 'ZK_NOT_EMPTY' })
    await expect(zk.getData('no-slash')).rejects.toMatchObject({ code: 'ZK_INVALID_PATH' })
    // @ts-expect-error The types want a time to live too.
    const timeless = zk.create(`${path}/a`, null, { mode: 'persistentWithTTL' })
    await expect(timeless).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    await expect(zk.setData(path, Buffer.alloc(1_100_000))).rejects.toMatchObject({
      code: 'ZK_FRAME_TOO_LONG',
    })
    expect(zk.state).toBe('connected')
  })

  it('creates in every mode', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    const first = await zk.create(`${path}/s-`, 'x', { mode: 'persistentSequential' })
    const second = await zk.create(`${path}/s-`, 'x', { mode: 'ephemeralSequential' })
    expect([first, second]).toEqual([`${path}/s-0000000000`, `${path}/s-0000000001`])
    const ephemeral = await zk.create2(`${path}/e`, 'x', { mode: 'ephemeral' })
    expect(ephemeral.stat.ephemeralOwner).toBe(zk.sessionId)
    await expect(zk.create(`${path}/e/child`, null)).rejects.toMatchObject({
      code: 'ZK_NO_CHILDREN_FOR_EPHEMERALS',
    })
    expect((await zk.getEphemerals(path)).sort()).toEqual([`${path}/e`, second])
    const container = await zk.create2(`${path}/c`, null, { mode: 'container' })
    expect(container.path).toBe(`${path}/c`)
    await zk.create(`${path}/t`, null, { mode: 'persistentWithTTL', ttlMs: 60_000 })
    const ttl = await zk.create2(`${path}/t-`, null, {
      mode: 'persistentSequentialWithTTL',
      ttlMs: 60_000,
    })
    expect(ttl.path).toMatch(/t-\d{10}$/)
    expect(await zk.getAllChildrenNumber(path)).toBe(6)
  })

  it('takes ephemeral znodes away with the session', async () => {
    await using watcher = await stage.client()
    const path = stage.path()
    const owner = await stage.client()
    await owner.create(path, null, { mode: 'ephemeral' })
    const gone = new Promise((resolve) => void watcher.exists(path, { watch: resolve }))
    await watcher.sync('/')
    await owner.close()
    expect(await gone).toMatchObject({ type: 'deleted', path })
    expect(owner.state).toBe('closed')
    await expect(owner.getData('/')).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  })

  it('lists children, with and without the Stat', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    await Promise.all(['a', 'b', 'c'].map((name) => zk.create(`${path}/${name}`, null)))
    expect((await zk.getChildren(path)).sort()).toEqual(['a', 'b', 'c'])
    const { children, stat } = await zk.getChildren2(path)
    expect(children.length).toBe(stat.numChildren)
  })

  it('applies a multi as a whole, or tells which operation failed and applies none', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const results = await zk.multi([
      { type: 'create', path, data: 'x' },
      { type: 'create', path: `${path}/s-`, mode: 'persistentSequential' },
      { type: 'setData', path, data: 'y', version: 0 },
      { type: 'check', path, version: 1 },
      { type: 'delete', path: `${path}/s-0000000000` },
    ])
    expect(results).toMatchObject([
      { type: 'create', path },
      { type: 'create', path: `${path}/s-0000000000` },
      { type: 'setData', stat: { version: 1 } },
      { type: 'check' },
      { type: 'delete' },
    ])
    const failure = await zk
      .multi([
        { type: 'setData', path, data: 'z' },
        { type: 'delete', path: `${path}/missing` },
        { type: 'create', path: `${path}/never`, data: null },
      ])
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MultiError)
    expect(failure).toMatchObject({
      code: 'ZK_MULTI_FAILED',
      index: 1,
      error: { code: 'ZK_NO_NODE', path: `${path}/missing` },
    })
    expect(String((await zk.getData(path)).data)).toBe('y')
    expect(await zk.exists(`${path}/never`)).toBeUndefined()
    expect(await zk.multi([])).toEqual([])
  })

  it('reads many paths at once, each with its own error', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, 'x')
    await zk.create(`${path}/child`, null)
    const results = await zk.multiRead([
      { type: 'getData', path },
      { type: 'getData', path: `${path}/missing` },
      { type: 'getChildren', path },
    ])
    expect(results).toMatchObject([
      { type: 'getData', data: Buffer.from('x'), stat: { numChildren: 1 } },
      { type: 'error', error: { code: 'ZK_NO_NODE', path: `${path}/missing` } },
      { type: 'getChildren', children: ['child'] },
    ])
  })

  it('guards znodes by digest', async () => {
    await using owner = await stage.client({
      auth: [{ scheme: 'digest', credential: 'ann:secret' }],
    })
    await using stranger = await stage.client()
    const path = stage.path()
    await owner.create(path, 'x', { acl: CREATOR_ALL_ACL })
    await expect(stranger.getData(path)).rejects.toMatchObject({ code: 'ZK_NO_AUTH', path })
    const hash = createHash('sha1').update('ann:secret').digest('base64')
    expect((await owner.getACL(path)).acl).toEqual([
      { perms: Perms.all, id: { scheme: 'digest', id: `ann:${hash}` } },
    ])
    await stranger.addAuth('digest', 'ann:secret')
    expect(String((await stranger.getData(path)).data)).toBe('x')
    expect(await stranger.whoAmI()).toContainEqual({ authScheme: 'digest', user: 'ann' })
    const stat = await owner.setACL(path, [
      { perms: Perms.read, id: { scheme: 'world', id: 'anyone' } },
    ])
    expect(stat.aversion).toBe(1)
    await expect(owner.setData(path, 'y')).rejects.toMatchObject({ code: 'ZK_NO_AUTH' })
    await expect(
      owner.create(`${path}-2`, null, { acl: [{ perms: 31, id: { scheme: 'nope', id: '' } }] }),
    ).rejects.toMatchObject({ code: 'ZK_INVALID_ACL' })
  })

  it('ends a client whose credential is refused', async () => {
    const zk = new ZooKeeper(stage.server.connectString, {
      auth: [{ scheme: 'nobody-knows', credential: 'x' }],
    })
    await expect(zk.connect()).rejects.toMatchObject({ code: 'ZK_AUTH_FAILED' })
    expect(zk.state).toBe('authFailed')
    await expect(zk.getData('/')).rejects.toMatchObject({ code: 'ZK_AUTH_FAILED' })
    await using other = await stage.client()
    await expect(other.addAuth('nobody-knows', 'x')).rejects.toMatchObject({
      code: 'ZK_AUTH_FAILED',
    })
    // The server closes the connection too.
    await waitFor('the client to come back without it', () =>
      other.sync('/').then(() => other.state === 'connected'),
    )
  })

  it('works below a chroot', async () => {
    await using plain = await stage.client()
    const path = stage.path()
    await plain.create(path, null)
    await using zk = await stage.client({ connectString: `${stage.server.connectString}${path}` })
    expect(await zk.create('/a', 'x')).toBe('/a')
    expect(String((await plain.getData(`${path}/a`)).data)).toBe('x')
    expect(await zk.getChildren('/')).toEqual(['a'])
    const events: string[] = []
    await using watch = await zk.addWatch('/', 'persistentRecursive')
    watch.onEvent((event) => {
      if (event.type !== 'resync') events.push(`${event.type} ${event.path}`)
    })
    const oneShot = new Promise((resolve) => void zk.getData('/a', { watch: resolve }))
    expect(await zk.multi([{ type: 'setData', path: '/a', data: 'y' }])).toMatchObject([
      { type: 'setData' },
    ])
    expect(await oneShot).toMatchObject({ type: 'dataChanged', path: '/a' })
    expect(events).toEqual(['dataChanged /a'])
    await expect(zk.getData('/b')).rejects.toMatchObject({ code: 'ZK_NO_NODE', path: '/b' })
    await zk.create('/e', null, { mode: 'ephemeral' })
    expect(await zk.getEphemerals()).toEqual(['/e'])
  })

  it('ends calls by signal and by time', async () => {
    await using zk = await stage.client()
    const aborted = AbortSignal.abort('enough')
    await expect(zk.getData('/', { signal: aborted })).rejects.toMatchObject({
      code: 'ZK_ABORTED',
      cause: 'enough',
    })
    const controller = new AbortController()
    const pending = zk.create(stage.path(), null, { signal: controller.signal })
    // By the next tick it has been written, and no answer can have come.
    process.nextTick(() => controller.abort())
    await expect(pending).rejects.toMatchObject({ code: 'ZK_ABORTED', mayHaveHappened: true })
    await zk.sync('/')
  })

  it('answers in the order of the calls', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, '0')
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 500 }, async (_, i) => {
        if (i % 3 === 0) await zk.setData(path, String(i))
        else await zk.getData(path)
        order.push(i)
      }),
    )
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  it('has the helpers', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.ensurePath(`${path}/a/b/c`)
    await zk.ensurePath(`${path}/a/b/c`)
    await zk.create(`${path}/a/x`, 'x')
    const seen: string[] = []
    for await (const one of zk.walk(path)) seen.push(one)
    expect(seen.sort()).toEqual([path, `${path}/a`, `${path}/a/b`, `${path}/a/b/c`, `${path}/a/x`])
    expect(String((await zk.getDataOrNull(`${path}/a/x`))?.data)).toBe('x')
    expect(await zk.getDataOrNull(`${path}/a/y`)).toBeNull()
    await zk.deleteRecursive(path)
    await zk.deleteRecursive(path)
    expect(await zk.exists(path)).toBeUndefined()
  })

  it('deletes a tree whose paths together are longer than a request may be', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    const long = 'n'.repeat(1_500)
    await Promise.all(Array.from({ length: 800 }, (_, i) => zk.create(`${path}/${long}${i}`, null)))
    await zk.deleteRecursive(path)
    expect(await zk.exists(path)).toBeUndefined()
  })
})
