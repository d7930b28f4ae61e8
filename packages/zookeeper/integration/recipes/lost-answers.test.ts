import { expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { Lock } from '../../src/index.ts'
import { startFrameGate } from '../support/frame-gate.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('finds its znode again when the answer to its create was lost', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({ connectString: gate.connectString })
    await using other = await stage.client()
    const path = stage.path()
    await other.create(path, null)
    const seen = new Lock(other, path)
    gate.hold('toClient')
    const acquiring = new Lock(zk, path).acquire()
    await waitFor('the znode', async () => (await seen.contenders()).length === 1)
    const [made] = await seen.contenders()
    gate.cut()
    gate.pass('toClient')
    await using held = await acquiring
    expect(held.path).toBe(made?.path)
    expect(held.fencingToken).toBe(made?.fencingToken)
    expect(await seen.contenders()).toHaveLength(1)
  })

  it('leaves no znode behind when it gives up before the answer', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({ connectString: gate.connectString })
    await using other = await stage.client()
    const path = stage.path()
    await other.create(path, null)
    const seen = new Lock(other, path)
    const lock = new Lock(zk, path)
    for (const isCut of [false, true]) {
      gate.hold('toClient')
      const controller = new AbortController()
      const acquiring = lock.acquire({ signal: controller.signal })
      await waitFor('the znode', async () => (await seen.contenders()).length === 1)
      controller.abort()
      await expect(acquiring).rejects.toMatchObject({ code: 'ZK_ABORTED', mayHaveHappened: false })
      if (isCut) gate.cut()
      gate.pass('toClient')
      await waitFor('it to go', async () => (await seen.contenders()).length === 0)
    }
  })

  it('waits for answers that come later than the client waits for a request', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({
      connectString: gate.connectString,
      requestTimeoutMs: 500,
    })
    await using other = await stage.client()
    const path = stage.path()
    await other.create(path, null)
    const seen = new Lock(other, path)
    gate.hold('toClient')
    const acquiring = new Lock(zk, path).acquire()
    // The create's, and those of the sync and the listing that are to find out what became of it.
    await gate.held('toClient', 3)
    gate.pass('toClient')
    await using held = await acquiring
    expect(await seen.contenders()).toMatchObject([{ path: held.path }])
    expect(held.signal.aborted).toBe(false)
  })

  it('does not take the znode of a session that is over for its own', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({
      connectString: gate.connectString,
      sessionTimeoutMs: 1_000,
      reconnect: { minMs: 1, maxMs: 10 },
    })
    await using other = await stage.client()
    const path = stage.path()
    await other.create(path, null)
    const seen = new Lock(other, path)
    gate.hold('toClient')
    const acquiring = new Lock(zk, path).acquire()
    await waitFor('the znode', async () => (await seen.contenders()).length === 1)
    const [old] = await seen.contenders()
    // Even an attempt to attach to the session would keep it alive.
    gate.hold('toServer')
    gate.cut()
    await waitFor('the session to expire', async () => (await seen.contenders()).length === 0)
    gate.cut()
    gate.pass('toServer')
    gate.pass('toClient')
    await using held = await acquiring
    expect(held.path).not.toBe(old?.path)
    const now = await seen.contenders()
    expect(now).toHaveLength(1)
    expect(now[0]).toMatchObject({ path: held.path, sessionId: zk.sessionId })
  })

  it.each([11, 12, 13])(
    'leaves one znode for each, wherever it is cut, with seed %i',
    async (seed) => {
      const random = seededRandom(seed)
      await using proxy = await startTcpProxy(stage.server)
      await using zk = await stage.client({
        connectString: proxy.connectString,
        reconnect: { minMs: 1, maxMs: 5 },
      })
      await using other = await stage.client()
      const path = stage.path()
      const seen = new Lock(other, path)
      for (let round = 0; round < 8; round++) {
        const acquiring = new Lock(zk, path).acquire()
        for (let cuts = 0; cuts < 2; cuts++) {
          const turns = Math.floor(random() * 12)
          for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
          proxy.cut()
        }
        const held = await acquiring
        expect(await seen.contenders()).toHaveLength(1)
        await held.release()
        expect(await seen.contenders()).toEqual([])
      }
    },
  )
})
