import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { subscribeDiagnostics, ZooKeeper } from '../../src/index.ts'
import { OpCode, WatchEventType } from '../../src/protocol/index.ts'
import { connected, friendly, friendlyStat } from '../support/friendly-script.ts'
import { recordDiagnostics, summary } from '../support/record-diagnostics.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** Refuses setData, forgets to answer delete, and tells of a change when asked for children. */
function moody(): typeof friendly {
  return {
    ...friendly,
    onRequest(connection, header, body) {
      const { xid, type } = header
      if (type === OpCode.setData) connection.reply({ xid, err: -103 })
      else if (type === OpCode.getChildren) {
        connection.notify({ type: WatchEventType.dataChanged, state: 3, path: '/w' })
        connection.reply({ xid }, (to) => to.writeInt32(0))
      } else if (type === OpCode.create) connection.close()
      else if (type !== OpCode.delete) friendly.onRequest(connection, header, body)
    },
  }
}

describe('diagnostics', () => {
  it('tells things in the order in which they happen', async () => {
    await using server = await startScriptedServer(moody())
    using recorded = recordDiagnostics('order')
    await using zk = await connected(server, { name: 'order' })
    await zk.exists('/w', { watch: () => {} })
    await zk.getChildren('/w')
    await zk.exists('/x', { watch: () => {} })
    await expect(zk.setData('/w', 'x')).rejects.toMatchObject({ code: 'ZK_BAD_VERSION' })
    const lost = zk.create('/c', null)
    await expect(lost).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    await waitFor('the client to come back', () => zk.state === 'connected')
    await zk.close()
    expect(summary(recorded.messages)).toEqual([
      'connect:start',
      'connect:end',
      'state connected',
      'request:sent exists /w',
      'watch:armed /w',
      'request:answered exists /w',
      'request:sent getChildren /w',
      'watch:event /w',
      'request:answered getChildren /w',
      'request:sent exists /x',
      'watch:armed /x',
      'request:answered exists /x',
      'request:sent setData /w',
      'request:answered setData /w',
      'request:sent create /c',
      'connection:closed',
      'request:failed create /c',
      'state suspended',
      'connect:start',
      'connect:end',
      'request:sent setWatches',
      'request:answered setWatches',
      'watches:restored',
      'state connected',
      'state closed',
      'request:sent closeSession',
      'request:answered closeSession',
      'connection:closed',
    ])
  })

  it('lets who listens make calls', async () => {
    await using server = await startScriptedServer(friendly)
    await using zk = await connected(server, { name: 'calling' })
    const calls: Promise<unknown>[] = []
    const call = ({ client, path }: { client: string; path?: string | undefined }) => {
      if (client === 'calling' && path === '/w')
        calls.push(zk.exists(`/by-listener-${calls.length}`))
    }
    const ends = [
      subscribeDiagnostics('zookeeper:watch:armed', call),
      subscribeDiagnostics('zookeeper:request:sent', call),
      subscribeDiagnostics('zookeeper:request:answered', call),
    ]
    await zk.addWatch('/w', 'persistent')
    await zk.exists('/w', { watch: () => {} })
    for (const end of ends) end()
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 6 }, () => friendlyStat))
    expect(zk.stats().connections.closed).toBe(0)
  })

  it('says what there is to know', async () => {
    await using server = await startScriptedServer(moody())
    using recorded = recordDiagnostics('facts')
    await using zk = await connected(server, { name: 'facts' })
    await expect(zk.setData('/w', 'x')).rejects.toThrow()
    expect(recorded.messages).toMatchObject([
      { client: 'facts', host: '127.0.0.1', port: expect.any(Number) },
      { error: undefined, sessionId: 0x1234n, sessionTimeoutMs: 4_000 },
      { state: 'connected', previous: 'connecting', sessionId: 0x1234n },
      { operation: 'setData', path: '/w', xid: 1 },
      { operation: 'setData', path: '/w', xid: 1, error: { code: 'ZK_BAD_VERSION' } },
    ])
    for (const message of recorded.messages) {
      if ('durationMs' in message) expect(message.durationMs).toBeGreaterThanOrEqual(0)
    }
  })

  it('ends an attempt that fails with the error, and no closing behind it', async () => {
    await using server = await startScriptedServer({ onConnect: (one) => one.close() })
    using recorded = recordDiagnostics('failing')
    await using zk = new ZooKeeper(server.connectString, { name: 'failing' })
    const attempt = zk.connect({ timeoutMs: 5_000, signal: AbortSignal.timeout(200) })
    await expect(attempt).rejects.toThrow()
    const [first, second] = recorded.messages
    expect([first?.channel, second]).toMatchObject([
      'zookeeper:connect:start',
      { channel: 'zookeeper:connect:end', sessionId: 0n, error: expect.any(Error) },
    ])
    expect(summary(recorded.messages)).not.toContain('connection:closed')
  })

  it('counts every request once, whatever becomes of it', async () => {
    await using server = await startScriptedServer(moody())
    await using zk = await connected(server)
    await zk.exists('/a', { watch: () => {} })
    await zk.getData('/a')
    await expect(zk.setData('/a', 'x')).rejects.toThrow()
    await expect(zk.delete('/a', { timeoutMs: 5 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(zk.getData('/a', { signal: AbortSignal.abort() })).rejects.toThrow()
    const pending = zk.delete('/b')
    const during = zk.stats()
    expect(during.inFlight).toBe(1)
    await expect(Promise.all([pending, zk.create('/c', null)])).rejects.toThrow()
    await waitFor('the client to come back', () => zk.state === 'connected')
    const stats = zk.stats()
    expect(stats.requestsByOperation).toEqual({
      exists: { sent: 1, answered: 1, refused: 0, failed: 0 },
      getData: { sent: 1, answered: 1, refused: 0, failed: 1 },
      setData: { sent: 1, answered: 0, refused: 1, failed: 0 },
      delete: { sent: 2, answered: 0, refused: 0, failed: 2 },
      create: { sent: 1, answered: 0, refused: 0, failed: 1 },
      setWatches: { sent: 1, answered: 1, refused: 0, failed: 0 },
    })
    expect(stats.requests).toEqual({ sent: 7, answered: 3, refused: 1, failed: 4 })
    expect(stats).toMatchObject({
      inFlight: 0,
      queued: 0,
      latency: { count: 4 },
      connections: { attempts: 2, established: 2, closed: 1, reconnects: 1 },
      sessionsLost: 0,
      watches: { data: 1, exist: 0, children: 0, persistent: 0, persistentRecursive: 0 },
    })
    expect(stats.bytes.sent).toBeGreaterThan(100)
    expect(stats.bytes.received).toBeGreaterThan(100)
  })

  it('counts pings and lost sessions, and those that wait', async () => {
    let isKnown = true
    await using server = await startScriptedServer({
      ...friendly,
      onConnect: (connection, { sessionId }) => {
        if (isKnown || sessionId === 0n) connection.accept({ timeoutMs: 300 })
        else connection.accept({ timeoutMs: 0, sessionId: 0n })
      },
      onRequest(connection, header, body) {
        if (header.type === OpCode.create) connection.close()
        else friendly.onRequest(connection, header, body)
      },
    })
    await using zk = await connected(server)
    await waitFor('a ping', () => zk.stats().pings > 0)
    isKnown = false
    await expect(zk.create('/a', null)).rejects.toThrow()
    const waiting = zk.getData('/a')
    expect(zk.stats()).toMatchObject({ queued: 1, inFlight: 0 })
    await expect(waiting).rejects.toMatchObject({ code: 'ZK_SESSION_EXPIRED' })
    await waitFor('a new session', () => zk.state === 'connected')
    expect(zk.stats().sessionsLost).toBe(1)
  })

  it('numbers clients that have no name', async () => {
    await using server = await startScriptedServer(friendly)
    await using first = await connected(server)
    await using second = await connected(server)
    expect(first.name).toMatch(/^zookeeper-\d+$/)
    expect(second.name).not.toBe(first.name)
  })
})
