import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type WatchEvent, ZooKeeper } from '../../src/index.ts'
import {
  type ConnectRequest,
  OpCode,
  opCodeName,
  SpecialXid,
  setWatchesOperation,
} from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** Makes the call that the script answers by closing, and waits until that is noticed. */
async function getCut(zk: ZooKeeper): Promise<void> {
  const noticed = new Promise<void>((resolve) => {
    const unsubscribe = zk.onStateChange(() => {
      unsubscribe()
      resolve()
    })
  })
  await zk.getData('/cut').catch(() => undefined)
  await noticed
}

describe('a session', () => {
  it('takes the timeout that the server gives, with or without the readOnly byte', async () => {
    await using server = await startScriptedServer({
      ...friendly,
      onConnect: (connection) => connection.accept({ timeoutMs: 6_000, readOnly: undefined }),
    })
    await using zk = await connected(server)
    expect(zk.sessionTimeoutMs).toBe(6_000)
    expect(zk.sessionId).toBe(0x1234n)
  })

  it('says its credentials, then its watches, then what waits', async () => {
    const said: string[][] = []
    const handshakes: ConnectRequest[] = []
    await using server = await startScriptedServer({
      onConnect(connection, request) {
        handshakes.push(request)
        said.push([])
        connection.accept({})
      },
      onRequest(connection, header, body) {
        said.at(-1)?.push(opCodeName(header.type))
        friendly.onRequest(connection, header, body)
        if (header.type === OpCode.getData && connection.number === 0) connection.close()
      },
    })
    await using zk = await connected(server, { auth: [{ scheme: 'digest', credential: 'a:b' }] })
    await zk.exists('/a', { watch: () => {} })
    await zk.addWatch('/b', 'persistentRecursive')
    await getCut(zk)
    await zk.getData('/waits')
    expect(said[1]?.slice(0, 3)).toEqual(['auth', 'setWatches2', 'getData'])
    expect(handshakes[1]).toMatchObject({ sessionId: 0x1234n, lastZxidSeen: 1n })
    expect(handshakes[1]?.password).toEqual(Buffer.alloc(16, 1))
  })

  it('arms watches relative to the same transaction until all of them are armed', async () => {
    const relative: bigint[] = []
    await using server = await startScriptedServer({
      ...friendly,
      onRequest(connection, header, body) {
        if (header.type !== OpCode.setWatches) {
          friendly.onRequest(connection, header, body)
          if (header.type === OpCode.getData && connection.number === 0) connection.close()
          return
        }
        relative.push(setWatchesOperation.decodeRequest(body).relativeZxid)
        // The first chunk is answered at a later transaction, then the connection breaks.
        if (connection.number === 1 && relative.length === 2) connection.close()
        else connection.reply({ xid: SpecialXid.setWatches, zxid: 99n })
      },
    })
    await using zk = await connected(server)
    // Two chunks of up to 128 KiB.
    const names = Array.from({ length: 3_000 }, (_, i) => `/${'long'.repeat(15)}${i}`)
    await Promise.all(names.map((name) => zk.exists(name, { watch: () => {} })))
    await getCut(zk)
    await zk.sync('/')
    expect(relative).toEqual([1n, 1n, 1n, 1n])
  })

  it('arms watches relative to the last reply, not to an event, whose transaction may have more to tell', async () => {
    const relative: bigint[] = []
    const seen: bigint[] = []
    await using server = await startScriptedServer({
      onConnect(connection, request) {
        seen.push(request.lastZxidSeen)
        connection.accept({})
      },
      onRequest(connection, header, body) {
        if (header.type === OpCode.setWatches) {
          relative.push(setWatchesOperation.decodeRequest(body).relativeZxid)
          connection.reply({ xid: SpecialXid.setWatches })
        } else if (header.type === OpCode.getData && connection.number === 0) {
          // A multi of transaction 50 changed /a and /b; the connection breaks between the two events.
          connection.notify({ type: 3, state: 3, path: '/a' }, 50n)
          connection.end()
        } else friendly.onRequest(connection, header, body)
      },
    })
    await using zk = await connected(server)
    const heard: WatchEvent[] = []
    for (const path of ['/a', '/b']) await zk.exists(path, { watch: (event) => heard.push(event) })
    await getCut(zk)
    await zk.sync('/')
    expect(heard).toMatchObject([{ path: '/a', zxid: 50n }])
    expect(relative).toEqual([1n])
    // A server that has not come as far as the event would show the caller an older tree than was told.
    expect(seen).toEqual([0n, 50n])
  })

  it('looks where the names are now, each time that it looks for a server', async () => {
    const addresses: string[] = []
    let address = '127.0.0.1'
    const resolve = async (host: string) => {
      addresses.push(`${host} ${address}`)
      return [address]
    }
    const first = await startScriptedServer(friendly)
    await using zk = new ZooKeeper(`moves.test:${first.port}`, { resolve, sessionTimeoutMs: 4_000 })
    await zk.connect({ timeoutMs: 5_000 })
    await using moved = await startScriptedServer(friendly, { host: '::1', port: first.port })
    expect(moved.connectString).toBe(`[::1]:${first.port}`)
    address = '::1'
    await first[Symbol.asyncDispose]()
    await zk.getData('/a').catch(() => zk.getData('/a'))
    expect(zk.state).toBe('connected')
    expect(addresses[0]).toBe('moves.test 127.0.0.1')
    expect(addresses.at(-1)).toBe('moves.test ::1')
  })

  it('grows patient with servers that answer slowly, however many there are', async () => {
    await using server = await startScriptedServer({
      ...friendly,
      onConnect: (connection) => void setTimeout(() => connection.accept({}), 300),
    })
    const four = Array.from({ length: 4 }, () => server.connectString).join()
    await using zk = new ZooKeeper(four, { sessionTimeoutMs: 900 })
    await zk.connect({ timeoutMs: 5_000 })
  })

  it.each([
    ['a reply to another request', (xid: number) => ({ xid: xid + 1 })],
    ['a reply to nothing', () => ({ xid: SpecialXid.auth })],
  ])('drops the connection at %s, and comes back', async (_what, header) => {
    await using server = await startScriptedServer({
      ...friendly,
      onRequest(connection, request, body) {
        if (connection.number === 0) connection.reply(header(request.xid))
        else friendly.onRequest(connection, request, body)
      },
    })
    await using zk = await connected(server)
    await expect(zk.getData('/a')).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    expect(zk.state).toBe('suspended')
    await zk.getData('/a')
  })

  it.each([
    ['a frame of no end', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['a frame of less than nothing', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a header cut short', Buffer.from([0, 0, 0, 5, 0, 0, 0, 1, 0])],
    [
      'a body cut short',
      Buffer.from([0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9]),
    ],
  ])('drops the connection at %s, and comes back', async (_what, bytes) => {
    await using server = await startScriptedServer({
      ...friendly,
      onRequest(connection, request, body) {
        if (connection.number === 0) connection.write(bytes)
        else friendly.onRequest(connection, request, body)
      },
    })
    await using zk = await connected(server)
    const error: unknown = await zk.getData('/a').catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      cause: { code: expect.stringMatching(/^ZK_(TRUNCATED|MALFORMED|FRAME_TOO_LONG)$/) },
    })
    await zk.getData('/a')
  })

  it('survives an event of another version', async () => {
    await using server = await startScriptedServer({
      ...friendly,
      onRequest(connection, header, body) {
        friendly.onRequest(connection, header, body)
        connection.notify({ type: 77, state: 3, path: '/a' })
      },
    })
    await using zk = await connected(server)
    const heard: WatchEvent[] = []
    await zk.getData('/a', { watch: (event) => heard.push(event) })
    await zk.getData('/b')
    expect(heard).toEqual([])
    expect(zk.state).toBe('connected')
  })

  it('asks anew, as one who has seen nothing, when servers have long closed without a word', async () => {
    const seen: bigint[] = []
    await using server = await startScriptedServer({
      ...friendly,
      onConnect(connection, request) {
        seen.push(request.lastZxidSeen)
        // A tree that was replaced by an emptier one: who has seen more is sent away silently, and no session is known.
        if (connection.number > 0 && request.lastZxidSeen > 0n) connection.close()
        else if (request.sessionId !== 0n) connection.accept({ timeoutMs: 0, sessionId: 0n })
        else connection.accept({ timeoutMs: 300, sessionId: 7n + BigInt(connection.number) })
      },
      onRequest(connection, header, body) {
        friendly.onRequest(connection, header, body)
        if (connection.number === 0) connection.close()
      },
    })
    await using zk = await connected(server, { sessionTimeoutMs: 300 })
    const states: string[] = []
    zk.onStateChange((state) => states.push(state))
    await zk.getData('/a').catch(() => undefined)
    await waitFor('a new session', () => states.includes('lost') && zk.state === 'connected')
    expect(zk.sessionId).toBeGreaterThan(7n)
    expect(seen.filter((zxid) => zxid === 1n).length).toBeGreaterThan(2)
  })

  it('closes although the server does not answer', async () => {
    await using server = await startScriptedServer({
      onConnect: (connection) => connection.accept({ timeoutMs: 300 }),
    })
    const zk = await connected(server)
    const pending = zk.getData('/a').catch((error: unknown) => error)
    const begin = performance.now()
    await zk.close()
    expect(performance.now() - begin).toBeLessThan(2_000)
    expect(await pending).toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
  })

  it('keeps no more waiting than it may', async () => {
    await using zk = new ZooKeeper('127.0.0.1:1', { maxQueuedRequests: 2 })
    const waiting = [zk.getData('/a'), zk.getData('/b')]
    await expect(zk.getData('/c')).rejects.toMatchObject({ code: 'ZK_QUEUE_FULL', path: '/c' })
    await zk.close()
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  })
})
