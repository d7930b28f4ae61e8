import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { Barrier } from '../../src/index.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('holds waiters back until it is removed', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const path = `${stage.path()}/deep/barrier`
    const barrier = new Barrier(zk, path)
    await barrier.wait()
    await barrier.create()
    await barrier.create()
    const through: string[] = []
    const waiters = ['a', 'b'].map(async (name) => {
      await new Barrier(other, path).wait()
      through.push(name)
    })
    await expect(barrier.wait({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(barrier.wait({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ZK_ABORTED',
    })
    expect(through).toEqual([])
    expect(await barrier.remove()).toBe(true)
    await Promise.all(waiters)
    expect(await barrier.remove()).toBe(false)
  })

  it('lets through who waited over a lost connection, and over a lost session', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client()
    const connectString = proxy.connectString
    await using away = await stage.client({ connectString, sessionTimeoutMs: 1_000 })
    const path = stage.path()
    const barrier = new Barrier(zk, path)
    for (const isExpired of [false, true]) {
      await barrier.create()
      const sessionId = away.sessionId
      const mark = await away.create(`${path}-mark-${isExpired}`, null, { mode: 'ephemeral' })
      const waiting = new Barrier(away, path).wait()
      await waitFor('the wait to begin', async () => {
        await away.sync('/')
        return true
      })
      proxy.setMode('refuse')
      if (isExpired) {
        await waitFor('the session to expire', async () => (await zk.exists(mark)) === undefined)
      }
      await barrier.remove()
      proxy.setMode('forward')
      await waiting
      expect(away.sessionId !== sessionId).toBe(isExpired)
    }
  })
})
