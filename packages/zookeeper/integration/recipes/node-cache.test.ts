import { expect, it } from 'vitest'
import { endSession } from '../../../../test/scenarios/zookeeper-faults/end-session.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { NodeCache, TreeCache } from '../../src/index.ts'
import { startFrameGate } from '../support/frame-gate.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('follows a znode from before it exists until it is gone', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await using cache = new NodeCache(zk, path)
    await cache.start()
    expect(cache.synced).toBe(true)
    expect(cache.node).toBeUndefined()
    const told: string[] = []
    cache.onChange(({ type, node }) => told.push(`${type} ${node.data}`))
    await zk.create(path, 'a')
    await waitFor('its creation', () => String(cache.node?.data) === 'a')
    const { version } = await zk.setData(path, 'b')
    await waitFor('its change', () => cache.node?.stat.version === version)
    await zk.delete(path)
    await waitFor('its end', () => cache.node === undefined)
    expect(told).toEqual(['added a', 'changed b', 'removed b'])
  })

  it('goes on in a new session with what happened meanwhile', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({ connectString: gate.connectString })
    await using writer = await stage.client()
    const path = stage.path()
    await writer.create(path, 'a')
    await using cache = new NodeCache(zk, path)
    await cache.start()
    const { sessionId } = zk
    if (gate.session === undefined) throw new Error('no session')
    gate.hold('toServer')
    await endSession(stage.server.port, gate.session)
    await writer.delete(path)
    await writer.create(path, 'a')
    const again = new Promise<void>((resolve) => cache.onSynced(resolve))
    gate.pass('toServer')
    await again
    expect(zk.sessionId).not.toBe(sessionId)
    expect(cache.node?.stat.czxid).toBe((await writer.exists(path))?.czxid)
  })

  it('stops where it must not read, and where a tree cache of the client has its root', async () => {
    await using zk = await stage.client()
    const secret = stage.path()
    await using owner = await stage.client({
      auth: [{ scheme: 'digest', credential: 'a:b' }],
    })
    await owner.create(secret, null, {
      acl: [{ perms: 31, id: { scheme: 'auth', id: '' } }],
    })
    const refused = new NodeCache(zk, secret)
    await expect(refused.start()).rejects.toMatchObject({ code: 'ZK_NO_AUTH' })
    expect(refused.synced).toBe(false)
    const path = stage.path()
    await zk.create(path, null)
    await using tree = new TreeCache(zk, path)
    await tree.start()
    await expect(new NodeCache(zk, path).start()).rejects.toMatchObject({
      code: 'ZK_INVALID_OPTION',
    })
  })
})
