import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type Lease, Semaphore } from '../../src/index.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('gives out its leases, and no more, in the order of arrival', async () => {
    await using first = await stage.client()
    await using second = await stage.client()
    const path = stage.path()
    const semaphore = new Semaphore(first, path, 2, { data: 'first' })
    const far = new Semaphore(second, path, 2)
    const a = await semaphore.acquire()
    const b = await far.acquire({ data: 'b' })
    const holders = await far.leaseHolders()
    expect(holders.map(({ data }) => String(data))).toEqual(['first', 'b'])
    expect(await far.tryAcquire()).toBeUndefined()
    await expect(semaphore.acquire({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    const granted: string[] = []
    const wanted: Promise<Lease>[] = []
    for (const name of ['c', 'd', 'e']) {
      const waiting = (name === 'd' ? semaphore : far).acquire({ data: name })
      waiting.then(() => granted.push(name))
      wanted.push(waiting)
      await waitFor(`${name} to wait`, async () => {
        const { length: locks } = await first.getChildren(`${path}/locks`)
        return locks === wanted.length
      })
    }
    expect(granted).toEqual([])
    await a.release()
    await wanted[0]
    await b.release()
    await wanted[1]
    expect(granted).toEqual(['c', 'd'])
    expect((await far.leaseHolders()).map(({ data }) => String(data))).toEqual(['c', 'd'])
    await (await wanted[1])?.release()
    await (await wanted[2])?.release()
    await (await wanted[0])?.release()
    expect(granted).toEqual(['c', 'd', 'e'])
    expect(await far.leaseHolders()).toEqual([])
    await using tried = await far.tryAcquire()
    expect(tried?.signal.aborted).toBe(false)
  })

  it('runs work with a lease, and returns it whatever becomes of that', async () => {
    await using zk = await stage.client()
    const semaphore = new Semaphore(zk, stage.path(), 2)
    let running = 0
    let most = 0
    const work = async ({ signal }: Lease) => {
      most = Math.max(most, ++running)
      await zk.sync('/', { signal })
      running--
      return signal.aborted
    }
    const runs = Array.from({ length: 5 }, (_, i) => semaphore.run(work, { data: `${i}` }))
    expect(await Promise.all(runs)).toEqual([false, false, false, false, false])
    expect(most).toBeLessThanOrEqual(2)
    const failure = new Error('the work failed')
    await expect(semaphore.run(() => Promise.reject(failure))).rejects.toBe(failure)
    expect(await semaphore.leaseHolders()).toEqual([])
  })

  it('refuses another number of leases', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await using lease = await new Semaphore(zk, path, 3).acquire()
    const other = new Semaphore(zk, path, 4)
    await expect(other.acquire()).rejects.toMatchObject({
      code: 'ZK_INVALID_OPTION',
      message: `maxLeases is 4 here, but 3 at ${path}`,
    })
    await expect(other.tryAcquire()).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    expect(() => new Semaphore(zk, path, 0)).toThrow('maxLeases')
    await lease.release()
    await zk.setData(path, '4')
    await using changed = await other.acquire()
    expect(changed.signal.aborted).toBe(false)
    // A path that somebody made without data, as Curator does, is taken.
    const bare = stage.path()
    await zk.create(bare, null)
    await using taken = await new Semaphore(zk, bare, 1).acquire()
    expect(String((await zk.getData(bare)).data)).toBe('1')
    expect(taken.signal.aborted).toBe(false)
  })

  it('stays within its leases under a crowd', async () => {
    const clients = await Promise.all([stage.client(), stage.client(), stage.client()])
    const path = stage.path()
    let inside = 0
    let most = 0
    const once = async (client: (typeof clients)[number], isTry: boolean) => {
      const semaphore = new Semaphore(client, path, 3)
      const lease = isTry ? await semaphore.tryAcquire() : await semaphore.acquire()
      if (lease === undefined) return
      inside++
      most = Math.max(most, inside)
      // The first ones stay until all leases are given out.
      await waitFor('three inside', () => most >= 3)
      await client.sync('/')
      inside--
      await lease.release()
    }
    await Promise.all(
      Array.from({ length: 10 }).flatMap(() => clients.map((client, i) => once(client, i === 0))),
    )
    expect(most).toBe(3)
    const [client] = clients
    expect(await client?.getChildren(`${path}/leases`)).toEqual([])
    await Promise.all(clients.map((one) => one.close()))
  })

  it('takes a lease back when the session of its holder expires, and from who waits too', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using faulty = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_000,
      reconnect: { minMs: 1, maxMs: 10 },
    })
    await using zk = await stage.client()
    const path = stage.path()
    const semaphore = new Semaphore(zk, path, 1)
    const unstable = new Semaphore(faulty, path, 1, { data: 'unstable' })
    const lost = await unstable.acquire()
    // Holds the lock, waits for the lease, and loses both with its session.
    const waiting = unstable.acquire()
    await waitFor('it to wait', async () => (await zk.getChildren(`${path}/leases`)).length === 2)
    const behind = semaphore.acquire()
    await waitFor('ours to wait', async () => (await zk.getChildren(`${path}/locks`)).length === 2)
    proxy.setMode('silent')
    const lease = await behind
    expect(lost.signal.aborted).toBe(true)
    proxy.setMode('refuse')
    proxy.setMode('forward')
    await waitFor('it to stand in line again', async () => {
      return (await zk.getChildren(`${path}/leases`)).length === 2
    })
    await lease.release()
    await using regained = await waiting
    expect(regained.fencingToken).toBeGreaterThan(lease.fencingToken)
  })
})
