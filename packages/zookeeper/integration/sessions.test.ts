import { expect, it } from 'vitest'
import { freePort } from '../../../test/support/free-port.ts'
import { seededRandom } from '../../../test/support/random.ts'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import {
  type PersistentWatchEvent,
  type SessionState,
  type WatchEvent,
  ZooKeeper,
} from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

function statesOf(zk: ZooKeeper): SessionState[] {
  const states: SessionState[] = []
  zk.onStateChange((state) => states.push(state))
  return states
}

onEachServer((stage) => {
  it('attaches to its session again, with its ephemerals, when the connection was cut', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    const { sessionId } = zk
    const path = stage.path()
    await zk.create(path, null, { mode: 'ephemeral' })
    const states = statesOf(zk)
    for (let round = 0; round < 5; round++) {
      proxy.cut()
      await waitFor('the cut to be noticed', () => states.length >= 2 * round + 1)
      // Waits in the queue while suspended, and is answered by the next connection.
      const stat = await zk.exists(path)
      expect(stat?.ephemeralOwner).toBe(sessionId)
      expect(zk.sessionId).toBe(sessionId)
    }
    expect(new Set(states)).toEqual(new Set(['suspended', 'connected']))
  })

  it('fails what was sent, says whether it may have happened, and sends nothing twice', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    await using other = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    proxy.setMode('silent')
    const write = zk.create(`${path}/s-`, null, { mode: 'persistentSequential' })
    const read = zk.getData(path)
    await new Promise(setImmediate)
    proxy.setMode('refuse')
    await expect(write).rejects.toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      mayHaveHappened: true,
      retryable: true,
      path: `${path}/s-`,
    })
    await expect(read).rejects.toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      mayHaveHappened: false,
    })
    const queued = zk.create(`${path}/q-`, null, { mode: 'persistentSequential' })
    const abandoned = zk.create(`${path}/a-`, null, { timeoutMs: 50 })
    await expect(abandoned).rejects.toMatchObject({ code: 'ZK_TIMEOUT', mayHaveHappened: false })
    proxy.setMode('forward')
    await queued
    const children = await other.getChildren(path)
    expect(children.filter((name) => name.startsWith('q-'))).toHaveLength(1)
    expect(children.filter((name) => name.startsWith('s-')).length).toBeLessThanOrEqual(1)
    expect(children.filter((name) => name.startsWith('a-'))).toEqual([])
  })

  it('notices a server that has fallen silent, measured from its last byte', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_500,
    })
    const begin = performance.now()
    proxy.setMode('silent')
    await waitFor('the silence to be noticed', () => zk.state === 'suspended')
    const tookMs = performance.now() - begin
    // 2/3 of the timeout since the last byte, which came up to 1/3 of it (a ping) before.
    expect(tookMs).toBeGreaterThan(1_500 / 3 - 50)
    expect(tookMs).toBeLessThan(1_500)
    expect(zk.lastConnectionError?.message).toMatch(/nothing came from the server/)
    proxy.setMode('refuse')
    proxy.setMode('forward')
    await zk.sync('/')
  })

  it('gives up a server that accepts and never answers, and finds the next', async () => {
    await using silent = await startTcpProxy(stage.server)
    silent.setMode('silent')
    const nobody = await freePort()
    const connectString = `127.0.0.1:${nobody},${silent.connectString},${stage.server.connectString}`
    for (const seed of [1, 2, 3, 4]) {
      const random = seededRandom(seed)
      await using zk = await stage.client({ connectString, random, sessionTimeoutMs: 1_500 })
      await zk.sync('/')
      expect(zk.state).toBe('connected')
    }
  })

  it('stays connected over idle time by pinging', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_000,
    })
    const states = statesOf(zk)
    const before = proxy.bytesFromClients
    // A ping is 12 bytes long with its length.
    await waitFor('six pings', () => proxy.bytesFromClients >= before + 6 * 12)
    expect(states).toEqual([])
    expect(proxy.accepted).toBe(1)
  })

  it('is told of an expired session, and goes on with a new one', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_000,
    })
    await using other = await stage.client()
    const path = stage.path()
    const oldId = zk.sessionId
    await zk.create(path, null, { mode: 'ephemeral' })
    const oneShot: WatchEvent[] = []
    await zk.getData(path, { watch: (event) => oneShot.push(event) })
    const events: PersistentWatchEvent[] = []
    await using watch = await zk.addWatch(path, 'persistentRecursive')
    watch.onEvent((event) => events.push(event))
    const states = statesOf(zk)
    const gone = new Promise((resolve) => void other.exists(path, { watch: resolve }))
    proxy.setMode('silent')
    await gone
    const queued = zk.getData('/').catch((error: unknown) => error)
    proxy.setMode('refuse')
    proxy.setMode('forward')
    await waitFor('the new session', () => states.includes('lost') && zk.state === 'connected')
    expect(await queued).toMatchObject({ code: expect.stringMatching(/EXPIRED|LOSS/) })
    expect(states).toEqual(['suspended', 'lost', 'connected'])
    expect(zk.sessionId).not.toBe(oldId)
    expect(oneShot).toEqual([{ type: 'sessionLost', path }])
    expect(events).toEqual([{ type: 'resync' }])
    await other.create(path, null)
    await waitFor('the watch to see it', () => events.length === 2)
    expect(events[1]).toMatchObject({ type: 'created', path })
  })

  it('catches up with what one-shot watches missed, and no more', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    await using other = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    for (const name of ['changed', 'same', 'deleted']) await zk.create(`${path}/${name}`, null)
    const events: string[] = []
    const watch = (event: WatchEvent) => events.push(`${event.type} ${event.path}`)
    for (const name of ['changed', 'same', 'deleted']) {
      await zk.getData(`${path}/${name}`, { watch })
    }
    await zk.exists(`${path}/created`, { watch })
    await zk.exists(`${path}/absent`, { watch })
    await zk.getChildren(path, { watch })
    proxy.setMode('refuse')
    await other.setData(`${path}/changed`, 'x')
    await other.delete(`${path}/deleted`)
    await other.create(`${path}/created`, null)
    proxy.setMode('forward')
    await zk.sync('/')
    expect(events.sort()).toEqual([
      `childrenChanged ${path}`,
      `created ${path}/created`,
      `dataChanged ${path}/changed`,
      `deleted ${path}/deleted`,
    ])
    await other.setData(`${path}/same`, 'x')
    await other.create(`${path}/absent`, null)
    await waitFor('the watches that were armed again', () => events.length === 6)
  })

  it('arms 20,000 watches again, in requests below the buffer limit', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 10_000,
    })
    const path = stage.path()
    await zk.create(path, null)
    const names = Array.from({ length: 20_000 }, (_, i) => `${path}/${'watched'.repeat(8)}-${i}`)
    const events: string[] = []
    const watch = (event: WatchEvent) => events.push(event.path)
    await Promise.all(names.map((name) => zk.exists(name, { watch })))
    await using persistent = await zk.addWatch(path, 'persistent')
    const resync = new Promise((resolve) => persistent.onEvent(resolve))
    const before = proxy.bytesFromClients
    proxy.cut()
    expect(await resync).toEqual({ type: 'resync' })
    await zk.sync('/')
    expect(proxy.bytesFromClients - before).toBeGreaterThan(1024 * 1024)
    expect(zk.state).toBe('connected')
    const last = names.at(-1) ?? ''
    await zk.create(last, null)
    expect(events).toEqual([last])
  })

  it('closes without a server within reach', async () => {
    await using proxy = await startTcpProxy(stage.server)
    const zk = await stage.client({ connectString: proxy.connectString, sessionTimeoutMs: 1_000 })
    proxy.setMode('refuse')
    await waitFor('the loss to be noticed', () => zk.state === 'suspended')
    const waiting = zk.getData('/').catch((error: unknown) => error)
    await zk.close()
    expect(await waiting).toMatchObject({ code: 'ZK_CLOSED' })
    expect(zk.state).toBe('closed')
  })

  it('waits for a server only as long as it is told to', async () => {
    await using zk = new ZooKeeper(`127.0.0.1:${await freePort()}`)
    await expect(zk.connect({ timeoutMs: 200 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(zk.connect({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'ZK_TIMEOUT',
    })
    expect(zk.state).toBe('connecting')
    expect(zk.lastConnectionError).toMatchObject({ code: 'ECONNREFUSED' })
  })
})
