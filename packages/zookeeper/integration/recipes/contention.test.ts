import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import {
  CREATOR_ALL_ACL,
  LeaderElection,
  Lock,
  parentPath,
  READ_ACL_UNSAFE,
  WriteLock,
  ZooKeeper,
} from '../../src/index.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('is lost with a session that somebody else ends, and can be had again', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      reconnect: { minMs: 1, maxMs: 10 },
    })
    await using other = await stage.client()
    const path = stage.path()
    const lock = new Lock(zk, path)
    const held = await lock.acquire()
    const behind = lock.acquire()
    const next = new Lock(other, path).acquire()
    await waitFor('three in line', async () => (await lock.contenders()).length === 3)
    const { sessionId, session } = zk
    // Else the owner might come back before the thief is done.
    proxy.setMode('refuse')
    const thief = await stage.client({ session })
    expect(thief.sessionId).toBe(sessionId)
    await thief.close()
    const heldByOther = await next
    proxy.setMode('forward')
    await waitFor('another session', () => zk.state === 'connected' && zk.sessionId !== sessionId)
    expect(held.signal.aborted).toBe(true)
    await heldByOther.release()
    await using again = await behind
    expect(again.fencingToken).toBeGreaterThan(heldByOther.fencingToken)
    await held.release()
    expect(await lock.contenders()).toHaveLength(1)
  })

  it('waits for nobody longer than it is told to while there is no server', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    await using other = await stage.client()
    const lock = new Lock(zk, stage.path())
    const election = new LeaderElection(zk, stage.path())
    const held = await lock.acquire()
    proxy.setMode('refuse')
    await waitFor('the loss to be heard of', () => held.signal.aborted)
    const soon = { timeoutMs: 50 }
    await expect(lock.acquire(soon)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(lock.tryAcquire(soon)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(election.campaign(soon)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(election.leader(soon)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(lock.contenders(soon)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(held.release(soon)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    proxy.setMode('forward')
    // Nobody waits for the release any more, but it is made.
    await using next = await new Lock(other, lock.path).acquire()
    expect(next.signal.aborted).toBe(false)
    expect(await new LeaderElection(other, election.path).contenders()).toEqual([])
  })

  it('keeps to its rights, and says so when it has none', async () => {
    const auth = [{ scheme: 'digest', credential: 'owner:secret' }]
    await using owner = await stage.client({ auth })
    await using stranger = await stage.client()
    const path = stage.path()
    await using held = await new Lock(owner, path, { acl: CREATOR_ALL_ACL }).acquire()
    const { acl } = await owner.getACL(held.path)
    expect(acl).toMatchObject([{ id: { scheme: 'digest' } }])
    expect((await owner.getACL(path)).acl).toEqual(acl)
    await expect(new Lock(stranger, path).acquire()).rejects.toMatchObject({ code: 'ZK_NO_AUTH' })
    await owner.create(`${path}-read-only`, null, { acl: READ_ACL_UNSAFE })
    const readOnly = new Lock(stranger, `${path}-read-only`)
    await expect(readOnly.acquire()).rejects.toMatchObject({ code: 'ZK_NO_AUTH' })
    await expect(readOnly.tryAcquire()).rejects.toMatchObject({ code: 'ZK_NO_AUTH' })
    expect(await readOnly.contenders()).toEqual([])
  })

  it('stands in the same queue above and below a chroot', async () => {
    const chroot = stage.path()
    await using above = await stage.client()
    await above.create(chroot, null)
    await using below = await stage.client({
      connectString: `${stage.server.connectString}${chroot}`,
    })
    const path = `${chroot}/locks/a`
    const held = await new Lock(below, '/locks/a').acquire()
    expect(parentPath(held.path)).toBe('/locks/a')
    const lock = new Lock(above, path)
    expect((await lock.contenders())[0]?.path).toBe(`${chroot}${held.path}`)
    expect(await lock.tryAcquire()).toBeUndefined()
    const waiting = lock.acquire()
    await waitFor('two in line', async () => (await lock.contenders()).length === 2)
    await held.release()
    await (await waiting).release()
  })

  it('keeps its token when its data is changed, also after a downgrade', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const written = await new WriteLock(zk, stage.path()).acquire()
    await using reading = await written.downgrade()
    const { fencingToken } = reading
    for (const data of ['x', 'y']) {
      await other.setData(reading.path, data)
      // The event comes with the first answer, and what it makes the client ask with the second.
      for (let i = 0; i < 2; i++) await zk.sync('/')
    }
    expect(reading.signal.aborted).toBe(false)
    expect(reading.fencingToken).toBe(fencingToken)
    expect(fencingToken).toBe(written.fencingToken)
  })

  it('ends with its client', async () => {
    await using other = await stage.client()
    const path = stage.path()
    const zk = await stage.client()
    const lock = new Lock(zk, path)
    const held = await lock.acquire()
    const waiting = lock.acquire()
    await waitFor('two in line', async () => (await lock.contenders()).length === 2)
    const closing = zk.close()
    expect(held.signal.reason).toMatchObject({ code: 'ZK_CLOSED' })
    await expect(waiting).rejects.toMatchObject({ code: 'ZK_CLOSED' })
    await closing
    await held.release()
    await using next = await new Lock(other, path).tryAcquire()
    expect(next).toBeDefined()
    const never = new ZooKeeper(stage.server.connectString)
    const early = new Lock(never, path).acquire()
    await never.close()
    await expect(early).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  })
})
