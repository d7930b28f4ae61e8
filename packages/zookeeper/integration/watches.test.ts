import { expect, it } from 'vitest'
import { waitFor } from '../../../test/support/wait-for.ts'
import type { PersistentWatchEvent, WatchEvent } from '../src/index.ts'
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
