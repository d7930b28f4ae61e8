import {
  addWatchOperation,
  createOperation,
  createTTLOperation,
  deleteOperation,
  existsOperation,
  getDataOperation,
  NOTHING,
  OPEN_ACL_UNSAFE,
  pingOperation,
  setDataOperation,
} from '@zoogate/zookeeper/protocol'
import { ZooKeeperServer, type ZooKeeperServerOptions } from '@zoogate/zookeeper-server'
import { describe, expect, it } from 'vitest'
import { fourLetterWord } from '../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { RawClient } from './raw-client.ts'

const node = (path: string, flags = 0, data: Buffer = Buffer.from(path)) => ({
  path,
  data,
  acl: OPEN_ACL_UNSAFE,
  flags,
})

async function serve(options: Partial<ZooKeeperServerOptions> = {}) {
  const folder = await temporaryFolder()
  const server = new ZooKeeperServer({ dataFolder: folder.path, port: 0, ...options })
  await server.listen()
  return {
    server,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('sessions', () => {
  it('expire between their timeout and a tick later, and take their nodes along', async () => {
    await using served = await serve({ tickTimeMs: 100, maxSessionTimeoutMs: 60_000 })
    const { port } = served.server
    const watcher = await RawClient.connect(port, { timeoutMs: 60_000 })
    const silent = await RawClient.connect(port, { timeoutMs: 600 })
    await silent.call(createOperation, node('/e', 1))
    const start = performance.now()
    await watcher.call(existsOperation, { path: '/e', watch: true })
    const event = await watcher.next()
    const tookMs = performance.now() - start
    expect(event).toMatchObject({ type: 'event', event: 'deleted', path: '/e' })
    expect(tookMs).toBeGreaterThan(500)
    expect(await silent.next()).toEqual({ type: 'closed' })
    watcher.close()
  })

  it('keep their connection when somebody else tries a wrong password', async () => {
    await using served = await serve()
    const { port } = served.server
    const good = await RawClient.connect(port)
    const wrong = await RawClient.connect(port, {
      sessionId: good.sessionId,
      password: Buffer.alloc(16, 9),
    })
    expect(wrong.handshake).toMatchObject({ timeoutMs: 0, sessionId: 0n })
    expect(await good.call(pingOperation, NOTHING, -2)).toMatchObject({ type: 'reply', err: 0 })
    good.close()
  })
})

describe('containers and nodes with a time to live', () => {
  it('go when their time is over, and not before', async () => {
    await using served = await serve({ containerCheckIntervalMs: 20 })
    const client = await RawClient.connect(served.server.port)
    const there = async (path: string) => {
      const reply = await client.call(existsOperation, { path, watch: false })
      return reply.type === 'reply' && reply.err === 0
    }
    await client.call(createOperation, node('/c', 4))
    await client.call(createTTLOperation, { ...node('/t', 5), ttlMs: 1n })
    await waitFor('the TTL node to go', async () => !(await there('/t')))
    expect(await there('/c')).toBe(true)
    await client.call(createOperation, node('/c/k'))
    await client.call(deleteOperation, { path: '/c/k', version: -1 })
    await waitFor('the container to go', async () => !(await there('/c')))
    client.close()
  })
})

describe('a client that does not read', () => {
  it('gets no more than it takes: the server stops reading its requests', async () => {
    await using served = await serve()
    const { port } = served.server
    const client = await RawClient.connect(port)
    await client.call(createOperation, node('/big', 0, Buffer.alloc(500_000, 1)))
    client.stopReading()
    const before = process.memoryUsage().rss
    // Answers of a gigabyte.
    for (let n = 0; n < 2_000; n++) client.send(getDataOperation, { path: '/big', watch: false })
    const other = await RawClient.connect(port)
    for (let n = 0; n < 50; n++) {
      expect(await other.call(pingOperation, NOTHING, -2)).toMatchObject({ err: 0 })
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
    expect(await fourLetterWord(port, 'srvr')).toContain('Mode: standalone')
    client.close()
    other.close()
  })

  it('is cut off when events pile up, and nobody else is', async () => {
    const said: string[] = []
    await using served = await serve({ log: (message) => said.push(message) })
    const { port } = served.server
    // It sends nothing either: on a busy machine its session must not expire before.
    const deaf = await RawClient.connect(port, { timeoutMs: 40_000 })
    const writer = await RawClient.connect(port)
    // Long names: every event is half a kilobyte.
    const path = `/${'n'.repeat(500)}`
    await deaf.call(addWatchOperation, { path, mode: 0 })
    deaf.stopReading()
    await writer.call(createOperation, node(path))
    const request = { path, data: null, version: -1 }
    for (let round = 0; said.length === 0 && round < 300; round++) {
      for (let n = 0; n < 1_000; n++) writer.send(setDataOperation, request)
      for (let n = 0; n < 1_000; n++) await writer.next()
    }
    expect(said.join()).toContain('does not read its events')
    expect(await writer.call(pingOperation, NOTHING, -2)).toMatchObject({ err: 0 })
    writer.close()
    deaf.close()
  })
})

describe('a folder and a port', () => {
  it('belong to one server at a time', async () => {
    await using served = await serve()
    const { folder, server } = served
    const sameFolder = new ZooKeeperServer({ dataFolder: folder, port: 0 })
    await expect(sameFolder.listen()).rejects.toMatchObject({ code: 'ZK_SERVER_FOLDER_LOCKED' })
    await using other = await temporaryFolder()
    const samePort = new ZooKeeperServer({ dataFolder: other.path, port: server.port })
    await expect(samePort.listen()).rejects.toMatchObject({ code: 'ZK_SERVER_PORT_IN_USE' })
    await using next = new ZooKeeperServer({ dataFolder: other.path, port: 0 })
    await next.listen()
    expect(next.port).toBeGreaterThan(0)
  })
})

describe('four-letter words', () => {
  it('are answered in the form that tools parse', async () => {
    await using served = await serve()
    const { port } = served.server
    const client = await RawClient.connect(port)
    await client.call(createOperation, node('/e', 1))
    await client.call(existsOperation, { path: '/e', watch: true })
    const expected: Readonly<Record<string, RegExp>> = {
      ruok: /^imok$/,
      isro: /^rw$/,
      srvr: /^Zookeeper version: .*, built on \d\d\/\d\d\/\d{4} \d\d:\d\d GMT\nLatency min\/avg\/max: \d+\/[\d.]+\/\d+\nReceived: \d+\nSent: \d+\nConnections: 2\nOutstanding: 0\nZxid: 0x2\nMode: standalone\nNode count: 6\n$/,
      stat: /Clients:\n \/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=\d+,sent=\d+\)\n/,
      cons: /sid=0x1[0-9a-f]{14},lop=exists,est=\d+,to=10000,lcxid=0x2,/,
      conf: /^clientPort=\d+\n[\s\S]*^tickTime=2000\n[\s\S]*^maxSessionTimeout=40000\n/m,
      mntr: /zk_znode_count\t6\n[\s\S]*zk_watch_count\t1\n[\s\S]*zk_ephemerals_count\t1\n/,
      envi: /^Environment:\nzookeeper\.version=/,
      dump: /^SessionTracker dump:\n[\s\S]*Sessions with Ephemerals \(1\):\n0x1[0-9a-f]+:\n\t\/e\n/,
      wchs: /^1 connections watching 1 paths\nTotal watches:1\n$/,
      wchc: /^0x1[0-9a-f]+\n\t\/e\n/,
      wchp: /^\/e\n\t0x1[0-9a-f]+\n/,
      dirs: /^datadir_size: \d+\nlogdir_size: [1-9]\d*\n$/,
      nope: /^$/,
    }
    for (const [word, pattern] of Object.entries(expected)) {
      expect(await fourLetterWord(port, word), word).toMatch(pattern)
    }
    client.close()
  })
})
