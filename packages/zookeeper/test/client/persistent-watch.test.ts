import { describe, expect, it } from 'vitest'
import { PersistentWatch } from '../../src/client/persistent-watch.ts'
import { type PersistentWatchEvent, UnimplementedError } from '../../src/index.ts'
import type { PersistentWatcher } from '../../src/session/watch-registry.ts'

function watched(): { watch: PersistentWatch; server: PersistentWatcher } {
  const attached: PersistentWatcher[] = []
  const watch = new PersistentWatch('/a', 'persistent', (watcher) => {
    attached.push(watcher)
    return async () => {}
  })
  const [server] = attached
  if (server === undefined) throw new Error('nothing was attached')
  return { watch, server }
}

const change = (zxid: number): PersistentWatchEvent => ({
  type: 'dataChanged',
  path: '/a',
  zxid: BigInt(zxid),
})

async function collect(watch: PersistentWatch): Promise<PersistentWatchEvent[]> {
  const events: PersistentWatchEvent[] = []
  for await (const event of watch) events.push(event)
  return events
}

describe('a persistent watch', () => {
  it('tells nothing any more once it is closed, not even what was on its way', async () => {
    const { watch, server } = watched()
    const heard: PersistentWatchEvent[] = []
    watch.onEvent((event) => heard.push(event))
    server.onEvent({ type: 'resync' })
    await watch.close()
    server.onEvent({ type: 'resync' })
    expect(heard).toEqual([{ type: 'resync' }])
  })

  it('tells a loop what came before it began, and what comes while it is busy', async () => {
    const { watch, server } = watched()
    server.onEvent(change(1))
    server.onEvent(change(2))
    const events: PersistentWatchEvent[] = []
    for await (const event of watch) {
      events.push(event)
      if (events.length === 2) server.onEvent(change(3))
      if (events.length === 3) {
        server.onEvent(change(4))
        void watch.close()
      }
    }
    expect(events).toEqual([change(1), change(2), change(3), change(4)])
  })

  it('wakes a loop that waits', async () => {
    const { watch, server } = watched()
    const collected = collect(watch)
    await new Promise(setImmediate)
    server.onEvent(change(1))
    await new Promise(setImmediate)
    await watch.close()
    expect(await collected).toEqual([change(1)])
  })

  it('keeps nothing for a loop once somebody has subscribed', async () => {
    const { watch, server } = watched()
    server.onEvent(change(1))
    watch.onEvent(() => {})
    server.onEvent(change(2))
    const collected = collect(watch)
    server.onEvent(change(3))
    await watch.close()
    expect(await collected).toEqual([change(3)])
  })

  it('says resync instead of more events than it keeps', async () => {
    const { watch, server } = watched()
    for (let zxid = 0; zxid < 10_001; zxid++) server.onEvent(change(zxid))
    server.onEvent(change(10_001))
    await watch.close()
    expect(await collect(watch)).toEqual([{ type: 'resync' }, change(10_001)])
  })

  it('ends its loops with the error that ended it', async () => {
    const { watch, server } = watched()
    const collected = collect(watch)
    const error = new UnimplementedError(-6, 'the server does not know the operation')
    server.onEnd(error)
    await expect(collected).rejects.toBe(error)
    expect(watch.ended).toBe(true)
  })
})
