import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { type SessionState, ZooKeeper } from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

onEachServer((stage) => {
  it('goes on with the session of a client that is gone, and its ephemerals', async () => {
    const path = stage.path()
    const first = await stage.client()
    await first.create(path, null, { mode: 'ephemeral' })
    const { session } = first
    await first.close({ keepSession: true })
    await using second = await stage.client({ session })
    expect(second.session).toEqual(session)
    expect((await second.exists(path))?.ephemeralOwner).toBe(session?.id)
    await second.close()
    await using other = await stage.client()
    expect(await other.exists(path)).toBeUndefined()
    // That session has ended: who asks for it is told, and given a new one.
    const states: SessionState[] = []
    await using late = new ZooKeeper(stage.server.connectString, { session })
    late.onStateChange((state) => states.push(state))
    await late.connect({ timeoutMs: 10_000 })
    expect(states).toEqual(['lost', 'connected'])
    expect(late.sessionId).not.toBe(session?.id)
  })

  it('takes no session by a wrong password', async () => {
    const path = stage.path()
    await using owner = await stage.client()
    await owner.create(path, null, { mode: 'ephemeral' })
    const session = { id: owner.sessionId, password: Buffer.alloc(16, 7) }
    await using thief = await stage.client({ session })
    expect(thief.sessionId).not.toBe(owner.sessionId)
    expect((await thief.exists(path))?.ephemeralOwner).toBe(session.id)
    expect((await owner.exists(path))?.ephemeralOwner).toBe(session.id)
    expect(owner.sessionId).toBe(session.id)
  })

  it('does not storm the server when two clients have the same session, and each cuts the other off', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using one = await stage.client({ connectString: proxy.connectString })
    const { session } = one
    await using two = new ZooKeeper(proxy.connectString, { session, sessionTimeoutMs: 4_000 })
    await two.connect({ timeoutMs: 10_000 })
    const before = proxy.accepted
    const beginMs = performance.now()
    await waitFor('a second', () => performance.now() - beginMs > 1_000)
    // Without pauses that grow there are some forty.
    expect(proxy.accepted - before).toBeGreaterThan(1)
    expect(proxy.accepted - before).toBeLessThan(20)
    await two.close({ keepSession: true })
    await one.sync('/')
    expect(one.sessionId).toBe(session?.id)
  })

  it('moves to the servers of another list, with the session and what it watches', async () => {
    await using old = await startTcpProxy(stage.server)
    await using other = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: old.connectString })
    await using writer = await stage.client()
    const path = stage.path()
    await zk.create(path, 'a', { mode: 'ephemeral' })
    const changed = new Promise((resolve) => void zk.getData(path, { watch: resolve }))
    const { sessionId } = zk
    const reads = Array.from({ length: 200 }, () => zk.getData(path))
    zk.updateServerList(other.connectString)
    // What was sent is answered by the old server before it is left.
    await Promise.all(reads)
    await waitFor('the move', () => other.accepted === 1 && zk.state === 'connected')
    expect(old.accepted).toBe(1)
    expect(zk.sessionId).toBe(sessionId)
    await writer.setData(path, 'b')
    expect(await changed).toMatchObject({ type: 'dataChanged', path })
  })

  it('speaks IPv6', async () => {
    await using proxy = await startTcpProxy({ port: stage.server.port, host: '::1' })
    await using zk = await stage.client({ connectString: proxy.connectString })
    await zk.sync('/')
    expect(proxy.accepted).toBe(1)
    await using named = await stage.client({
      connectString: `zookeeper.test:${proxy.port}`,
      // Where a name has addresses of both kinds, one that does not answer is passed over.
      resolve: async () => ['127.0.0.1', '::1'],
    })
    await named.sync('/')
  })

  it('keeps a nested chroot out of results, errors and events', async () => {
    const root = stage.path()
    await using outside = await stage.client()
    for (const path of [root, `${root}/a`, `${root}/a/b`]) await outside.create(path, null)
    const chroot = `${root}/a/b`
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString + chroot })
    expect(await zk.create('/x', null)).toBe('/x')
    expect(await zk.create('/s-', null, { mode: 'persistentSequential' })).toBe('/s-0000000001')
    expect((await zk.create2('/e', null, { mode: 'ephemeral' })).path).toBe('/e')
    expect(await zk.getEphemerals()).toEqual(['/e'])
    expect((await zk.getChildren('/')).sort()).toEqual(['e', 's-0000000001', 'x'])
    expect(await outside.getChildren(chroot)).toHaveLength(3)
    await zk.sync('/')
    await expect(zk.getData('/none')).rejects.toMatchObject({ path: '/none' })
    await expect(zk.getData('/none')).rejects.not.toThrow(root)
    await expect(
      zk.multi([
        { type: 'create', path: '/y', data: null },
        { type: 'delete', path: '/none' },
      ]),
    ).rejects.toMatchObject({ index: 1, error: { path: '/none' } })
    const [created] = await zk.multi([{ type: 'create', path: '/y', data: null }])
    expect(created).toMatchObject({ path: '/y' })
    const events: { type: string; path?: string }[] = []
    const watch = (event: { type: string; path?: string }) => events.push(event)
    await zk.getData('/x', { watch })
    await zk.exists('/later', { watch })
    await zk.getChildren('/', { watch })
    await using all = await zk.addWatch('/', 'persistentRecursive')
    all.onEvent((event) => events.push(event))
    await outside.setData(`${chroot}/x`, 'x')
    await waitFor('both events', () => events.length === 2)
    expect(events).toMatchObject([
      { type: 'dataChanged', path: '/x' },
      { type: 'dataChanged', path: '/x' },
    ])
    // The watches that are armed again after a reconnect are the server's paths, and their events the caller's.
    proxy.setMode('refuse')
    await outside.create(`${chroot}/later`, null)
    proxy.setMode('forward')
    await zk.sync('/')
    expect(
      events
        .slice(2)
        .map(({ type, path }) => `${type} ${path}`)
        .sort(),
    ).toEqual(['childrenChanged /', 'created /later', 'created /later', 'resync undefined'])
  })
})
