import { describe, expect, it } from 'vitest'
import { startApacheZooKeeper } from '../../../test/support/apache-zookeeper.ts'
import { missing } from '../../../test/support/requirements.ts'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { type SessionState, ZooKeeper } from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

/** The servers' `jute.maxbuffer`: the longest request, without its length word. */
const JUTE_MAX_BUFFER = 0xfffff
/** What setData needs besides path and data: xid, opcode, two lengths and the version. */
const SET_DATA_BYTES = 5 * 4
/** As many clients as two cores bear beside the server. */
const CLIENTS = 200

onEachServer((stage) => {
  it('writes requests up to the byte that the server takes, and refuses the next one itself', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    const longest = JUTE_MAX_BUFFER - SET_DATA_BYTES - path.length
    await zk.setData(path, Buffer.alloc(longest))
    expect((await zk.getData(path)).data?.length).toBe(longest)
    const states: SessionState[] = []
    zk.onStateChange((state) => states.push(state))
    const tooLong = zk.setData(path, Buffer.alloc(longest + 1))
    const behind = zk.exists(path)
    await expect(tooLong).rejects.toMatchObject({
      code: 'ZK_FRAME_TOO_LONG',
      mayHaveHappened: false,
    })
    expect((await behind)?.dataLength).toBe(longest)
    expect(states).toEqual([])
  })

  it('comes back from a server that takes less than it was told', async () => {
    await using zk = await stage.client({ maxRequestBytes: 4 * JUTE_MAX_BUFFER })
    const path = stage.path()
    const tooLong = zk.create(path, Buffer.alloc(2 * JUTE_MAX_BUFFER))
    await expect(tooLong).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    expect(await zk.exists(path)).toBeUndefined()
  })

  it('takes replies longer than any request, but none over its own limit', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    const name = 'long'.repeat(50)
    const names = Array.from({ length: 6_000 }, (_, i) => `${path}/${name}-${i}`)
    await Promise.all(names.map((one) => zk.create(one, null)))
    // 1.2 MB: servers do not limit what they answer.
    expect(await zk.getChildren(path)).toHaveLength(names.length)
    await using careful = await stage.client({ maxReplyBytes: 1_000_000 })
    await expect(careful.getChildren(path)).rejects.toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      cause: { code: 'ZK_FRAME_TOO_LONG' },
    })
    expect((await careful.exists(path))?.numChildren).toBe(names.length)
  })

  it('keeps requests to itself while the server does not read, and sends them in order when it does', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 10_000,
    })
    const path = stage.path()
    await zk.create(path, null)
    const data = Buffer.alloc(500_000)
    proxy.setMode('silent')
    const versions: number[] = []
    const writes = Array.from({ length: 60 }, async () => {
      versions.push((await zk.setData(path, data)).version)
    })
    await new Promise(setImmediate)
    // 30 MB: most of them wait as requests, none of their bytes copied; a few fill the client's and the kernel's buffers.
    expect(zk.stats().queued).toBeGreaterThan(45)
    proxy.setMode('forward')
    await Promise.all(writes)
    expect(versions).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    expect(zk.stats().queued).toBe(0)
  })

  it(`brings ${CLIENTS} clients back after an outage, each with its session, without a storm`, async () => {
    await using proxy = await startTcpProxy(stage.server)
    const options = { connectString: proxy.connectString, sessionTimeoutMs: 10_000 }
    await using clients = new AsyncDisposableClients(
      await Promise.all(Array.from({ length: CLIENTS }, () => stage.client(options))),
    )
    const ids = clients.all.map(({ sessionId }) => sessionId)
    expect(new Set(ids).size).toBe(CLIENTS)
    const lost: SessionState[] = []
    for (const zk of clients.all) {
      zk.onStateChange((state) => {
        if (state === 'lost') lost.push(state)
      })
    }
    proxy.setMode('refuse')
    const beginMs = performance.now()
    const before = proxy.accepted
    const tries = () => proxy.accepted - before
    await waitFor(
      'a second, and each to have tried',
      () => performance.now() - beginMs > 1_000 && tries() > CLIENTS,
    )
    const awayMs = performance.now() - beginMs
    // Pauses of up to 50, 50, 100, 200, 400, 800 ms, half of each random: five or six attempts in a second, then two each.
    const attemptsMax = CLIENTS * (5 + (2 * awayMs) / 1_000)
    expect(tries()).toBeLessThan(attemptsMax)
    proxy.setMode('forward')
    await Promise.all(clients.all.map((zk) => zk.sync('/')))
    expect(clients.all.map(({ sessionId }) => sessionId)).toEqual(ids)
    expect(lost).toEqual([])
  })
})

describe.skipIf(missing('zookeeper') !== undefined)('a server that stands still', () => {
  it('is noticed in two thirds of the timeout, and found again when it goes on', async () => {
    await using server = await startApacheZooKeeper()
    await using zk = new ZooKeeper(server.connectString, { sessionTimeoutMs: 3_000 })
    await zk.connect({ timeoutMs: 20_000 })
    expect(zk.sessionTimeoutMs).toBe(3_000)
    await zk.sync('/')
    const pending = zk.getData('/').then(() => zk.getData('/'))
    server.pause()
    const beginMs = performance.now()
    await expect(Promise.all([pending, zk.sync('/')])).rejects.toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      cause: { message: 'nothing came from the server within 2000 ms' },
    })
    // Its last byte came just before, or a moment after it was told to stop.
    expect(performance.now() - beginMs).toBeGreaterThan(1_900)
    server.resume()
    // The session may have expired while nobody counted.
    await waitFor('a connection', () => zk.state === 'connected')
    await zk.sync('/')
  })
})

/** Many clients, closed together. */
class AsyncDisposableClients implements AsyncDisposable {
  readonly all: readonly ZooKeeper[]

  constructor(all: readonly ZooKeeper[]) {
    this.all = all
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((zk) => zk.close()))
  }
}
