import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import {
  NodeCache,
  type PersistentWatchEvent,
  TreeCache,
  type WatchEvent,
  watchChildren,
  watchData,
} from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

const text = (event: PersistentWatchEvent | WatchEvent) =>
  event.type === 'resync' ? 'resync' : `${event.type} ${event.path}`

onEachServer((stage) => {
  it('tells one-shot watches once', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const events: string[] = []
    const watch = (event: WatchEvent) => events.push(text(event))
    expect(await zk.exists(path, { watch })).toBeUndefined()
    await zk.create(path, null)
    await zk.setData(path, 'a')
    expect(events).toEqual([`created ${path}`])
    await zk.getData(path, { watch })
    await zk.getChildren(path, { watch })
    await zk.setData(path, 'b')
    await zk.setData(path, 'c')
    await zk.create(`${path}/child`, null)
    await zk.delete(`${path}/child`)
    expect(events.slice(1)).toEqual([`dataChanged ${path}`, `childrenChanged ${path}`])
    await zk.getData(path, { watch })
    await zk.getChildren(path, { watch })
    await zk.exists(path, { watch })
    await zk.delete(path)
    expect(events.slice(3)).toEqual([`deleted ${path}`])
  })

  it('leaves no watch on a znode that getData did not find', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const events: string[] = []
    const watch = (event: WatchEvent) => events.push(text(event))
    await expect(zk.getData(path, { watch })).rejects.toMatchObject({ code: 'ZK_NO_NODE' })
    await zk.create(path, null)
    await zk.sync('/')
    expect(events).toEqual([])
  })

  it('tells a change before the reply that shows it, and after the reply that left the watch', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const path = stage.path()
    await zk.create(path, '0')
    for (let round = 1; round <= 50; round++) {
      const story: string[] = []
      const reading = zk.getData(path, { watch: () => story.push('event') }).then(async (first) => {
        await Promise.resolve()
        story.push(`read ${String(first.data)}`)
      })
      const writing = other.setData(path, String(round))
      await Promise.all([reading, writing])
      const { data } = await zk.getData(path)
      story.push(`read ${String(data)}`)
      await zk.sync(path)
      // The write may come before the first read; then no event follows.
      if (story.includes('event')) {
        expect(story).toEqual([`read ${round - 1}`, 'event', `read ${round}`])
      } else {
        expect(story[0]).toBe(`read ${round}`)
      }
    }
  })

  it('keeps a persistent watch, on a path with its children', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const events: string[] = []
    await using watch = await zk.addWatch(path, 'persistent')
    watch.onEvent((event) => events.push(text(event)))
    await zk.create(path, null)
    await zk.setData(path, 'a')
    await zk.setData(path, 'b')
    await zk.create(`${path}/child`, null)
    await zk.setData(`${path}/child`, 'unseen')
    await zk.delete(`${path}/child`)
    await zk.delete(path)
    expect(events).toEqual([
      `created ${path}`,
      `dataChanged ${path}`,
      `dataChanged ${path}`,
      `childrenChanged ${path}`,
      `childrenChanged ${path}`,
      `deleted ${path}`,
    ])
  })

  it('keeps a persistent-recursive watch, on all that lies below, as an async iterable too', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const watch = await zk.addWatch(path, 'persistentRecursive')
    const events: string[] = []
    const iterating = (async () => {
      for await (const event of watch) events.push(text(event))
    })()
    await zk.create(path, null)
    await zk.create(`${path}/a`, null)
    await zk.create(`${path}/a/b`, null)
    await zk.setData(`${path}/a/b`, 'x')
    await zk.create(`${path}-sibling`, null)
    await zk.delete(`${path}/a/b`)
    await zk.sync(path)
    await watch.close()
    await zk.create(`${path}/unseen`, null)
    await iterating
    expect(events).toEqual([
      `created ${path}`,
      `created ${path}/a`,
      `created ${path}/a/b`,
      `dataChanged ${path}/a/b`,
      `deleted ${path}/a/b`,
    ])
    expect(watch.ended).toBe(true)
  })

  it('shares one path among several watches, and refuses another mode there', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const first = await zk.addWatch(path, 'persistent')
    await using second = await zk.addWatch(path, 'persistent')
    await expect(zk.addWatch(path, 'persistentRecursive')).rejects.toMatchObject({
      code: 'ZK_INVALID_OPTION',
      path,
    })
    await first.close()
    const event = new Promise((resolve) => second.onEvent(resolve))
    await zk.create(path, null)
    expect(await event).toMatchObject({ type: 'created', path })
  })

  // From 3.6 to 3.8 a server has one watch for each connection and path (ZOOKEEPER-4466).
  it.each(['persistent', 'persistentRecursive'] as const)(
    'keeps one-shot and %s watches on one path, whichever came first',
    async (mode) => {
      await using zk = await stage.client()
      await using other = await stage.client()
      const path = stage.path()
      await other.create(path, '0')
      const lasting: string[] = []
      const oneShot: string[] = []
      const watch = (event: WatchEvent) => oneShot.push(text(event))
      await zk.getData(path, { watch })
      await zk.getChildren(path, { watch })
      const persistent = await zk.addWatch(path, mode)
      persistent.onEvent((event) => lasting.push(text(event)))
      for (const round of ['1', '2', '3']) {
        await other.setData(path, round)
        await other.create(`${path}/child-${round}`)
        // Asked through the watching client: events come before the answer.
        await zk.sync(path)
        expect(oneShot.splice(0)).toEqual([`dataChanged ${path}`, `childrenChanged ${path}`])
        const child =
          mode === 'persistent' ? `childrenChanged ${path}` : `created ${path}/child-${round}`
        expect(lasting.splice(0)).toEqual([`dataChanged ${path}`, child])
        if (round === '1')
          await Promise.all([zk.exists(path, { watch }), zk.getChildren2(path, { watch })])
        if (round === '2') {
          await zk.getData(path, { watch })
          await zk.getChildren(path, { watch })
          await zk.removeWatches(path, { type: 'data' })
          await expect(zk.removeWatches(path, { type: 'data' })).rejects.toMatchObject({
            code: 'ZK_NO_WATCHER',
          })
          await zk.getData(path, { watch })
        }
      }
      // What is left when the persistent watch goes while reads are under way is told all the same.
      const reads = [zk.getData(path, { watch }), zk.getChildren(path, { watch })]
      await Promise.all([...reads, persistent.close()])
      await other.setData(path, '4')
      await other.create(`${path}/child-4`)
      await zk.sync(path)
      expect(oneShot).toEqual([`dataChanged ${path}`, `childrenChanged ${path}`])
    },
  )

  it('lets caches and loops follow one path, also after a lost connection', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    await using other = await stage.client()
    const path = stage.path()
    await other.create(path, '0')
    const stop = new AbortController()
    const { signal } = stop
    let names: readonly string[] = []
    let value = ''
    const loops = [
      (async () => {
        for await (const state of watchChildren(zk, path, { signal })) names = state?.children ?? []
      })(),
      (async () => {
        for await (const state of watchData(zk, path, { signal })) value = String(state?.data)
      })(),
    ]
    await waitFor('the loops to begin', () => value === '0')
    const tree = new TreeCache(zk, path)
    await tree.start({ timeoutMs: 20_000 })
    for (const round of ['1', '2', '3', '4']) {
      if (round === '3') {
        proxy.cut()
        await waitFor('the cut to be noticed', () => !tree.synced)
        await waitFor('the connection', () => tree.synced)
      }
      if (round === '4') await tree.close()
      await other.setData(path, round)
      await other.create(`${path}/${round}`, round)
      await waitFor('the loops', () => value === round && names.includes(round))
      if (round === '4') continue
      await waitFor('the tree cache', () => String(tree.get(`${path}/${round}`)?.data) === round)
      await waitFor('its root', () => String(tree.get(path)?.data) === round)
    }
    await using node = new NodeCache(zk, path)
    await node.start({ timeoutMs: 20_000 })
    for (const round of ['5', '6', '7']) {
      await other.setData(path, round)
      await waitFor('the node cache', () => String(node.node?.data) === round && value === round)
    }
    stop.abort()
    await Promise.allSettled(loops)
    for (const round of ['8', '9']) {
      await other.setData(path, round)
      await waitFor('the node cache alone', () => String(node.node?.data) === round)
    }
  })

  it('removes watches', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    const events: string[] = []
    await zk.getData(path, { watch: (event) => events.push(text(event)) })
    const watch = await zk.addWatch(`${path}/p`, 'persistent')
    await zk.removeWatches(path)
    await zk.removeWatches(`${path}/p`)
    expect(watch.ended).toBe(true)
    await expect(zk.removeWatches(path)).rejects.toMatchObject({ code: 'ZK_NO_WATCHER' })
    await zk.setData(path, 'x')
    await zk.sync('/')
    expect(events).toEqual([])
  })

  it('tells a waiting iterator that the client was closed', async () => {
    const zk = await stage.client()
    const watch = await zk.addWatch('/', 'persistent')
    const ended = (async () => {
      for await (const _event of watch);
      return 'ended'
    })()
    await zk.close()
    expect(await ended).toBe('ended')
    await waitFor('the watch to end', () => watch.ended)
  })
})
